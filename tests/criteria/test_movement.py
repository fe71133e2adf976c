"""`Movement`: |w_f − w_i|."""

from lth_keras.criteria import Movement
from tests.criteria.by_hand import check_scores


def test_scores_by_hand():
    check_scores(Movement(), [[2.5, 2.5], [1.0, 3.5]])
