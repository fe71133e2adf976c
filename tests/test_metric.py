"""The metrics of a run, as its run.json has them."""

import dataclasses

from lth_keras.metric import ACCURACY, metrics_of


def test_a_run_has_its_own_metrics():
    other = dataclasses.replace(ACCURACY, name="agreement")
    header = {"metrics": [dataclasses.asdict(other), dataclasses.asdict(ACCURACY)]}
    assert metrics_of(header) == (other, ACCURACY)
