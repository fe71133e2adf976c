"""`GraSP`: w · (H g) by hand, and what is refused."""

import numpy as np
import pytest

from lth_keras.criteria import GraSP
from lth_keras.errors import ConfigurationError
from tests.criteria.by_hand import W, criterion_inputs, probe


def test_scores_by_hand():
    # H v = x ((diag p − ppᵀ) vᵀx)ᵀ with v = g: gᵀx = 5 (−½, ½), times [[¼, −¼], [−¼, ¼]] is
    # (−1¼, 1¼), so Hg = (1, 2)ᵀ (−1¼, 1¼), and the score w·Hg.
    criterion = GraSP(examples=2, temperature=1.0)
    scores = criterion.scores(criterion_inputs(network=probe(W), weights=W))
    np.testing.assert_allclose(scores["fc/kernel"], [[-2.5, 5.0], [2.5, -5.0]], rtol=1e-6)


def test_it_divides_the_logits_by_its_temperature():
    # Logits are still 0; each derivative brings a factor 1/T, and H g has three of them.
    criterion = GraSP(examples=2, temperature=2.0)
    scores = criterion.scores(criterion_inputs(network=probe(W), weights=W))
    np.testing.assert_allclose(
        scores["fc/kernel"], np.array([[-2.5, 5.0], [2.5, -5.0]]) / 8, rtol=1e-6)


def test_it_leaves_pruned_weights_out_of_the_gradient():
    # Without the first column x·w gives logits (0, 0) still, and g only in the second column:
    # gᵀx = (0, 2½), (diag p − ppᵀ) of it (−⅝, ⅝).
    masks = {"fc/kernel": np.array([[False, True], [False, True]])}
    criterion = GraSP(examples=2, temperature=1.0)
    scores = criterion.scores(criterion_inputs(masks, probe(W, masks), weights=W))
    np.testing.assert_allclose(scores["fc/kernel"][:, 1], [2.5, -2.5], rtol=1e-6)


@pytest.mark.parametrize("make, message", [
    (lambda: GraSP(examples=True), "GraSP.examples is True; expected a whole number"),
    (lambda: GraSP(temperature=0), "GraSP.temperature is 0; expected a number above 0"),
])
def test_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
