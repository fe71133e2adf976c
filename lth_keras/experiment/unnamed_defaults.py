"""Fields whose default value is not a part of a run's identity."""

# Metadata of a field that was added later: its default adds nothing to the identity, so that runs
# made without the field keep their names.
UNNAMED_DEFAULT = {"unnamed_default": True}


def is_unnamed(field, value):
    """Whether a dataclass's field with this value adds nothing to the identity."""
    return field.metadata.get("unnamed_default", False) and value == field.default
