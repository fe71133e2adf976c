"""Tables of words: as Markdown and LaTeX, and numbers as words."""

import math

import pytest

from lth_keras.report import report_tables


def test_latex_and_markdown_have_all_cells():
    table = report_tables.Table("k", "50 % of a_b", ["x", "p"], [["a_b|c", "−1 <0.001"]], "note")
    latex = report_tables.latex(table)
    assert r"a\_b|c & $-$1 $<$0.001 \\" in latex and r"50 \% of a\_b" in latex
    assert r"| a_b\|c | −1 &lt;0.001 |" in report_tables.markdown(table)


@pytest.mark.parametrize("arguments, text", [
    ((0.9819, 0.9811, 0.9827, 100, 2), "98.19 [98.11, 98.27]"),
    ((-0.0012, math.nan, math.nan, 100, 2, "+"), "−0.12"),
    ((math.nan, math.nan, math.nan), "–"),
    ((0.00123456, 0.001, 0.002, 1, None), "0.00123 [0.001, 0.002]"),
])
def test_intervals_as_words(arguments, text):
    assert report_tables.interval(*arguments) == text
