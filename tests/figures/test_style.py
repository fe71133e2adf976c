"""The files of a figure."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lth_keras.figures import curves, style


def test_nothing_is_cut_off_at_the_edge():
    names = ["full", "ticket", "reinit", "remask", "dense_matched", "random_reinit"]
    metrics = pd.DataFrame([
        {"trial": 1, "variant": name, "round": index, "epoch": epoch, "density": 0.2,
         "test_accuracy": 0.98 - 0.03 / (1 + epoch) - 0.001 * place}
        for place, name in enumerate(names) for index in ((6, 10) if place else (0,))
        for epoch in range(30)
    ])
    with style.settings():
        figure = curves.learning_curves(metrics, "test_accuracy", "made up")
        # The margin is made for ticks at whole numbers; then there is room for halves too.
        figure.axes[0].set_ylim(94.65, 98.6)
        png, pdf = style.encode(figure)
    ink = np.asarray(Image.open(io.BytesIO(png)).convert("L")) < 200
    assert pdf.startswith(b"%PDF") and ink.any()
    assert not ink[[0, -1]].any() and not ink[:, [0, -1]].any()


def test_variants_beside_each_other_stay_nearer_than_rounds():
    factors = style.side_by_side(["full", "imp", "ticket", "a", "b"], [0.8, 0.64])
    assert factors["full"] == factors["imp"] == 1 and factors["a"] == pytest.approx(1)
    assert factors["ticket"] / factors["b"] < np.sqrt(0.8 / 0.64) + 0.01
    assert style.side_by_side(["ticket"], [0.8]) == {"ticket": 1}
