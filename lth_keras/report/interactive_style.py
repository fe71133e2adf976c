"""What the page's interactive figures have in common: size, tools, lines, colours and legend."""

from lth_keras.figures.style import variant_styles

# As far from white as from the dark page: a contrast of 4.2 with both.
_NEUTRAL = "#747c85"
_HEIGHT, _HEIGHT_OF_A_NAME = 330, 22  # Pixels, without the legend, and of a line of it.
_NARROWEST, _LETTER, _SAMPLE = 300, 6.2, 45  # Pixels of a phone's page, a letter, a line's sample.
_DASHES = {"-": "solid", "--": "dashed", "-.": "dashdot", ":": "dotted"}
_THICK, _THIN = 3.0, 1.4


def new_figure(**options):
    """An empty Bokeh figure as wide as the page; `options` as Bokeh's `figure` takes them."""
    from bokeh.plotting import figure

    return figure(
        height=_HEIGHT, sizing_mode="stretch_width", tools="pan,box_zoom,wheel_zoom,reset",
        active_drag="box_zoom", active_scroll=None, **options)


def line_styles(networks):
    """{(variant, round): keywords of Bokeh's `line`}: colours and dashes as in the pictures.

    The networks of a variant have one colour. The later a round, the thinner its line.
    """
    styles = variant_styles(list(dict.fromkeys(variant for variant, _ in networks)))
    made = {}
    for variant, round in networks:
        look, rounds = styles[variant], sorted(r for v, r in networks if v == variant)
        thinner = rounds.index(round) / max(1, len(rounds) - 1)
        dash = look["linestyle"] if isinstance(look["linestyle"], str) else "--"
        made[variant, round] = {
            "color": _NEUTRAL if variant == "full" else look["color"],
            "line_dash": _DASHES[dash],
            "line_width": 2 if len(rounds) == 1 else _THICK - (_THICK - _THIN) * thinner}
    return made


def dress(shown):
    """Colours for a light and a dark page; a legend below whose entries switch lines on and off."""
    shown.background_fill_alpha = shown.border_fill_alpha = 0
    shown.toolbar.logo = None
    for axis in shown.axis:
        axis.axis_label_text_color = axis.major_label_text_color = _NEUTRAL
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = _NEUTRAL
    shown.grid.grid_line_color, shown.grid.grid_line_alpha = _NEUTRAL, 0.25
    legend = shown.legend[0]
    legend.click_policy = "hide"
    legend.location = "left"
    legend.background_fill_alpha = legend.border_line_alpha = 0
    legend.label_text_color = _NEUTRAL
    legend.label_text_font_size = "11px"
    longest = max(len(item.label.value) for item in legend.items)
    legend.ncols = max(1, int(_NARROWEST / (_LETTER * longest + _SAMPLE)))
    shown.height = _HEIGHT + _HEIGHT_OF_A_NAME * -(-len(legend.items) // legend.ncols)
    shown.add_layout(legend, "below")
