"""How a message names what can be configured: as gin writes it, or as Python does.

The same checks serve gin files and programs; `@Adam()` means nothing to the writer of a program.
"""

import contextlib
import contextvars
from collections.abc import Iterator

_from_gin = contextvars.ContextVar("from_gin", default=False)


@contextlib.contextmanager
def answering_gin() -> Iterator[None]:
    """Inside this context, messages use gin's notation."""
    before = _from_gin.set(True)
    try:
        yield
    finally:
        _from_gin.reset(before)


def made(name: str) -> str:
    """An object of a class: '@Adam()', or 'Adam(…)'. Only gin shows a scope ('ticket/Variant')."""
    return f"@{name}()" if _from_gin.get() else f"{name.rpartition('/')[2]}(…)"


def setting(owner: str, name: str) -> str:
    """A parameter: 'Experiment.batch_size' in gin; a program's writer gave it as 'batch_size'."""
    return f"{owner}.{name}" if _from_gin.get() else name


def shown(value: object) -> str:
    """A value that was given; in gin a class where an object belongs: '@Adam without brackets'."""
    if isinstance(value, type) and _from_gin.get():
        return f"{named(value.__name__)} without brackets"
    return repr(value)


def named(name: str) -> str:
    """A function or class itself: '@lenet_300_100', or 'lenet_300_100'."""
    return f"@{name}" if _from_gin.get() else name
