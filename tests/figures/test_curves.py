"""What the learning curves show, read off the drawn figure."""

import pandas as pd

from lth_keras.figures import curves, style


def labels(panel):
    legend = panel.get_legend()
    return legend and [text.get_text() for text in legend.get_texts()]


def curves_of(networks):
    """The panels of learning curves of {(variant, round)}, two trials each."""
    metrics = pd.DataFrame([
        {"variant": variant, "round": index, "trial": trial, "epoch": epoch, "density": 0.8**index,
         "test_accuracy": 0.9 + 0.01 * trial}
        for variant, index in networks for trial in (1, 2) for epoch in (1, 2)
    ])
    with style.settings():
        figure = curves.learning_curves(metrics, "test_accuracy", "x")
        panels = [panel for panel in figure.axes if panel.get_visible()]
    return panels


def test_equal_panels_have_one_legend_and_what_comes_later_its_own():
    one, two, three = curves_of(
        [("full", 0), *((name, i) for name in ("ticket", "remask") for i in (1, 2)),
         ("ticket", 3), ("late", 3)])
    assert labels(one) == ["full", "ticket", "remask"]
    assert labels(two) is None and labels(three) == ["full", "ticket", "late"]


def test_panels_of_other_networks_each_have_a_legend():
    panels = curves_of([("full", 0), ("ticket", 1), *((f"v{i}", 1) for i in range(8))])
    assert [len(labels(panel)) for panel in panels] == [6, 6]


def test_the_axis_shows_networks_that_end_before_a_chain_is_a_tenth_through():
    rows = [{"trial": 1, "variant": "full", "round": 0, "epoch": epoch,
             "test_accuracy": 0.5 + 0.04 * epoch, "density": 1.0} for epoch in range(11)]
    rows += [{"trial": 1, "variant": "fine_tune", "round": 1, "epoch": 100 + epoch,
              "test_accuracy": 0.97, "density": 0.8} for epoch in range(11)]
    with style.settings():
        figure = curves.learning_curves(pd.DataFrame(rows), "test_accuracy", "made up")
        low, high = figure.axes[0].get_ylim()
    assert low < 55 and high > 97
