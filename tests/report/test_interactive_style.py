"""Lines of interactive figures: their looks, and the room for their names."""

import pytest

from lth_keras.report.interactive_style import dress, line_styles, new_figure


def test_a_variant_has_one_colour_and_later_rounds_are_thinner():
    styles = line_styles([("full", 0), ("ticket", 1), ("ticket", 2), ("ticket", 9), ("reinit", 2)])
    tickets = [styles["ticket", round] for round in (1, 2, 9)]
    assert len({each["color"] for each in tickets}) == 1
    widths = [each["line_width"] for each in tickets]
    assert widths == sorted(widths, reverse=True) and len(set(widths)) == 3
    assert len({styles[key]["color"] for key in (("full", 0), ("ticket", 1), ("reinit", 2))}) == 3


@pytest.mark.parametrize("name, columns", [("reinit", 3), ("dense_matched@06", 2), ("x" * 40, 1)])
def test_a_legend_fits_a_phone(name, columns):
    shown = new_figure()
    for place in range(6):
        shown.line([0, 1], [place, place], legend_label=f"{name[:-1]}{place}")
    dress(shown)
    legend = shown.legend[0]
    assert legend.ncols == columns
    assert shown.height >= 330 + 20 * 6 / columns  # Names take no room from the lines.
