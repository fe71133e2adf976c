"""Names from files are shown as text, and nothing in them has an effect."""

import pytest

from lth_keras.plain_text import in_figure, in_markdown, plain


@pytest.mark.parametrize("text, shown", [
    ("lenet_300_100 on mnist, 5 trials", "lenet_300_100 on mnist, 5 trials"),
    ("θ_0 ≤ 3 × 4 %", "θ_0 ≤ 3 × 4 %"),
    ("\x1b]0;title\x07", "\\x1b]0;title\\x07"), ("a\rb", "a\\rb"),
    ("\u202etxt.exe", "\\u202etxt.exe"),
    ("two\nlines", "two\nlines"), ("\ud800", "\\ud800"), (3, "3"),
])
def test_controls_are_spelt_out(text, shown):
    assert plain(text) == shown


def test_a_dollar_begins_no_formula():
    from matplotlib.figure import Figure

    figure = Figure()
    drawn = figure.suptitle(in_figure("$\\frac{1}{$ costs $5"))
    figure.draw_without_rendering()  # As a formula it would not parse.
    assert drawn.get_text() == "\\$\\frac{1}{\\$ costs \\$5"


def test_markdown_has_no_markup_of_a_name():
    assert in_markdown("<script>|`[/x]`&") == "&lt;script&gt;\\|\\`\\[/x\\]\\`&amp;"
    assert in_markdown("a\nb") == "a b"
    assert in_markdown("final test acc. (%)") == "final test acc. (%)"
