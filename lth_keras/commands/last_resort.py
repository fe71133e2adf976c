"""Unexpected errors, and text that a terminal cannot show: one line and the right exit status."""

import contextlib
import os
import sys
import tempfile
import traceback

from lth_keras.plain_text import plain


def tolerate_any_text():
    """Has standard output and error write what their encoding lacks as '\\xe9' and not fail."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")


def say(message):
    """Prints one line to standard error, as plain text."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(f"error: {plain(' '.join(str(message).split()))}", file=sys.stderr, flush=True)


def unforeseen(error):
    """The line for an error that nothing expected; its traceback goes to a file.

    Args:
      error: the exception.
    """
    said = " ".join(str(error).split())[:300]
    told = f"{type(error).__name__}{f': {said}' if said else ''}"
    try:
        descriptor, path = tempfile.mkstemp(prefix="lth_keras-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return f"{told}; this was not foreseen, and there is no place for its traceback"
    return (f"{told}; this was not foreseen: its traceback is in {path}, please report it with "
            "the command")


def end_output():
    """Flushes standard output; if that fails, the interpreter does not try it again at its end.

    Returns:
      The error, or None.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
        return None
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        return error
