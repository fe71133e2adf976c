"""`JointMagnitude`: large, or small, before and after training."""

import pytest

from lth_keras.criteria import JointMagnitude
from lth_keras.errors import ConfigurationError
from tests.criteria.by_hand import check_scores


@pytest.mark.parametrize("criterion, expected", [
    (JointMagnitude("large"), [[1.0, 0.5], [2.0, 0.5]]),
    (JointMagnitude("small"), [[-1.5, -2.0], [-3.0, -4.0]]),
    (JointMagnitude("large", alpha=0.5), [[0.75, 0.25], [1.0, 0.5]]),
])
def test_scores_by_hand(criterion, expected):
    check_scores(criterion, expected)


@pytest.mark.parametrize("make, message", [
    (lambda: JointMagnitude("big"), "JointMagnitude.keep is 'big'; expected 'large' or 'small'"),
    (lambda: JointMagnitude(alpha=0), "JointMagnitude.alpha is 0; expected a number above 0"),
])
def test_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
