"""Shows names from files as plain text, so that nothing in them has an effect.

A run may come from somebody else. In a terminal an escape sequence can rename the window or hide
lines; in a page `<script>` runs; in a figure `$` begins a formula.
"""

import re
import unicodedata

# Unicode's categories: controls, surrogates, formats such as the one that reverses the direction.
_HIDDEN = {"Cc", "Cs", "Cf", "Co", "Zl", "Zp"}
_MARKDOWN = re.compile(r"([\\`\[\]|<>&])")


def plain(text, keep="\n"):
    """`text` with what a terminal would obey spelt out, ESC as '\\x1b'.

    Args:
      text: any object; `str()` of it is taken.
      keep: controls that stay.
    """
    text = str(text)
    if text.isprintable():
        return text
    return "".join(
        each if each in keep or unicodedata.category(each) not in _HIDDEN
        else each.encode("unicode_escape").decode("ascii") for each in text)


def in_figure(text):
    """`text` for a figure, in which text between two dollar signs would be a formula."""
    return plain(text).replace("$", r"\$")


def in_markdown(text):
    """`text` for a line of Markdown; nothing in it acts as markup."""
    return _MARKDOWN.sub(
        lambda found: {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(found[1], f"\\{found[1]}"),
        plain(" ".join(str(text).splitlines())))
