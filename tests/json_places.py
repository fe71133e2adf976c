"""All places of a JSON tree, for tests that change one of them."""


def places(content):
    """Yields (object or list, key or index) of each value in a JSON tree."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(items):
        yield content, key
        if isinstance(value, (dict, list)):
            yield from places(value)
