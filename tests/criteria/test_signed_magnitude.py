"""`SignedMagnitude`: large weights that kept their sign, or that changed it."""

import pytest

from lth_keras.criteria import SignedMagnitude
from lth_keras.errors import ConfigurationError
from tests.criteria.by_hand import check_scores


@pytest.mark.parametrize("criterion, expected", [
    (SignedMagnitude("same"), [[-1.5, -0.5], [2.0, 4.0]]),
    (SignedMagnitude("different"), [[1.5, 0.5], [-2.0, -4.0]]),
])
def test_scores_by_hand(criterion, expected):
    check_scores(criterion, expected)


def test_another_word_is_refused():
    with pytest.raises(ConfigurationError, match="SignedMagnitude.sign is 'opposite'; expected"):
        SignedMagnitude("opposite")
