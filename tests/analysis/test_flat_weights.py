"""Weights as a flat vector, and back."""

import numpy as np
import pytest

from lth_keras.analysis.flat_weights import WeightLayout
from lth_keras.errors import ConfigurationError


def test_layout_round_trip_and_refusal():
    weights = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(2, np.float32)}
    layout = WeightLayout({"a": (2, 3), "b": (2,)})
    again = layout.unflatten(layout.flatten(weights))
    assert all(np.array_equal(again[key], weights[key]) for key in weights)
    with pytest.raises(ConfigurationError, match="'b'"):
        layout.flatten({"a": weights["a"]})
