"""`WeightedMagnitudes`: five criteria of DLT, and what is refused."""

import pytest

from lth_keras.criteria import WeightedMagnitudes
from lth_keras.errors import ConfigurationError
from tests.criteria.by_hand import check_scores


@pytest.mark.parametrize("criterion, expected", [
    (WeightedMagnitudes(1, 0), [[1.5, 0.5], [2.0, 4.0]]),  # large final
    (WeightedMagnitudes(-1, 0), [[-1.5, -0.5], [-2.0, -4.0]]),  # small final
    (WeightedMagnitudes(0, 1), [[1.0, 2.0], [3.0, 0.5]]),  # large init
    (WeightedMagnitudes(0, -1), [[-1.0, -2.0], [-3.0, -0.5]]),  # small init
    (WeightedMagnitudes(1, -1), [[0.5, -1.5], [-1.0, 3.5]]),  # magnitude increase
])
def test_scores_by_hand(criterion, expected):
    check_scores(criterion, expected)


def test_two_coefficients_of_zero_are_refused():
    with pytest.raises(ConfigurationError, match="expected"):
        WeightedMagnitudes(0, 0)
