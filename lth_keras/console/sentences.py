"""Sentences in the width of a terminal; what is to be copied stays on one line."""

import textwrap

_SPACE = "\0"  # Stands for a space that is not to be broken at; no text for a terminal has it.


def wrapped(text, width, whole=()):
    """`text` in lines of at most `width` columns.

    Args:
      text: a sentence.
      width: columns of the terminal.
      whole: parts that are never broken, such as paths and commands; a longer one has a line of
        its own.
    """
    for part in whole:
        text = text.replace(part, part.replace(" ", _SPACE))
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_SPACE, " ")
