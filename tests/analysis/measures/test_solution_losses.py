"""Loss and accuracy of stored networks, against NumPy."""

import numpy as np
import pytest

from lth_keras.analysis import SolutionLosses
from lth_keras.compat import keras
from tests.analysis.small_runs import inputs, measured, model, stored

NETWORK = model(
    (4,), (keras.layers.Dense, {"units": 5, "activation": "relu", "name": "a"}),
    (keras.layers.Dense, {"units": 3, "name": "b"}))


def test_they_are_those_of_the_whole_split(tmp_path):
    run = stored(tmp_path, NETWORK, (4,))
    # 50 examples are no multiple of 16: those that are left over count as well.
    _, table = measured(SolutionLosses(splits=("train",), batch_size=16), run)
    x, labels = inputs(run)
    for row in table.itertuples():
        stored_weights = run.network(1, row.unit).weights
        weights = {key: each.astype(float) for key, each in stored_weights.items()}
        hidden = np.maximum(x @ weights["a/kernel"] + weights["a/bias"], 0)
        logits = hidden @ weights["b/kernel"] + weights["b/bias"]
        loss = np.log(np.exp(logits).sum(1)) - logits[np.arange(len(x)), labels]
        assert row.train_loss == pytest.approx(loss.mean(), rel=1e-4)
        assert row.train_accuracy == pytest.approx(np.mean(logits.argmax(1) == labels))
    assert list(table.unit) == ["round_00", "round_01"]
