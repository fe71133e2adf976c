"""What of a configuration is part of a run's identity."""

# Metadata of a field that came later than the first runs: its default adds nothing to the identity,
# so that a run of an earlier version keeps its name.
UNNAMED_DEFAULT = {"unnamed_default": True}


def is_unnamed(field, value):
    """Whether a dataclass's field with this value adds nothing to the identity."""
    return field.metadata.get("unnamed_default", False) and value == field.default
