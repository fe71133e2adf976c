"""`Magnitude`: |w| after training."""

from lth_keras.criteria import Magnitude
from tests.criteria.by_hand import check_scores


def test_scores_by_hand():
    check_scores(Magnitude(), [[1.5, 0.5], [2.0, 4.0]])
