"""`SNIP`: |g·w| by hand, and what is refused."""

import numpy as np
import pytest

from lth_keras.criteria import SNIP
from lth_keras.errors import ConfigurationError
from tests.criteria.by_hand import W, criterion_inputs, probe


@pytest.mark.parametrize("batch_size", [1, 4])
def test_scores_by_hand(batch_size):
    # g = x (p − y)ᵀ = (1, 2)ᵀ (−½, ½); |g·w|.
    scores = SNIP(examples=2).scores(
        criterion_inputs(network=probe(W, batch_size=batch_size), weights=W))
    np.testing.assert_allclose(scores["fc/kernel"], [[1.0, 2.0], [1.0, 2.0]], rtol=1e-6)


@pytest.mark.parametrize("examples", [0, -1, True, 1.5, "128"])
def test_refused(examples):
    with pytest.raises(ConfigurationError, match=f"SNIP.examples is {examples!r}; expected"):
        SNIP(examples=examples)
