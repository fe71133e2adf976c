"""Lines between networks: partners, and batch normalisation along the way."""


import numpy as np
import pytest

from lth_keras.analysis import (
    Lines,
)
from lth_keras.analysis.loss_surface import LossSurface
from lth_keras.compat import keras
from lth_keras.variables import named_variables
from tests.analysis.small_runs import inputs, measured, model, stored, table


def test_lines_say_what_has_no_partner(run):
    said, table = measured(
        Lines((("ticket_1@*", "round_*"),), points=2, splits=("test",), name="some"), run)
    assert set(zip(table.start, table.end, strict=True)) == {("ticket_1@02", "round_02")}
    assert ("ticket_1@* to round_*: no line for what has no partner of its round (trial 1: "
            "round_00, round_01; trial 2: round_00, round_01)") in said


def test_a_line_that_two_pairs_name_is_in_both(tmp_path):
    run = stored(tmp_path, model((4,), (keras.layers.Dense, {"units": 3, "name": "a"})), (4,))
    said, table = measured(Lines(
        pairs=(("round_{P}", "round_{L}"), ("round_00", "round_01")), points=2,
        splits=("test",)), run)
    assert table.groupby("pair").size().to_dict() == {
        "round_{P} to round_{L}": 2, "round_00 to round_01": 2}
    assert "round_00 to round_01: error barrier" in said


def test_batch_normalisation_is_recomputed_at_each_end_of_a_line(tmp_path):
    norm = keras.layers.BatchNormalization
    run = stored(tmp_path, model(
        (4,), (keras.layers.Dense, {"units": 5, "name": "a"}), (norm, {"name": "n"}),
        (keras.layers.Dense, {"units": 3, "name": "b"})), (4,))
    # 50 examples are no multiple of 16: those that are left over count as well.
    losses = table(Lines(
        pairs=(("round_00", "round_01"),), points=2, splits=("train",), batch_size=16,
        recompute=True), run).set_index("position").loss
    x, labels = inputs(run)
    network = run.context.build()
    surface = LossSurface(network, *run.examples("train")[:2], run.data, 16)
    held = named_variables(network)
    for position in (0, 1):
        end = run.network(1, f"round_{position:02d}").weights
        weights = {key: array.astype(float) for key, array in end.items()}
        before = x @ weights["a/kernel"] + weights["a/bias"]
        mean, variance = before.mean(0), before.var(0)
        start = surface.layout.flatten(end)
        surface.values(start, np.zeros((1, start.size)), np.zeros((1, 1)), recompute=True)
        np.testing.assert_allclose(held["n/moving_mean"], mean, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(held["n/moving_variance"], variance, rtol=1e-4)
        hidden = (before - mean) / np.sqrt(variance + 1e-3) * weights["n/gamma"] + weights["n/beta"]
        logits = hidden @ weights["b/kernel"] + weights["b/bias"]
        loss = np.log(np.exp(logits).sum(1)) - logits[np.arange(len(x)), labels]
        assert losses[position] == pytest.approx(loss.mean(), rel=1e-4)
