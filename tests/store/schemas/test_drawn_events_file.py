"""drawn.json: names of event files, times and norms."""

import pytest

from lth_keras.errors import RunError
from lth_keras.store.schemas import DrawnEvents, checked

DRAWN = {"file": "events.out.tfevents.1700000000", "checksum": "0" * 64, "stored": 1.0,
         "noted": {"10": [2.0, None], "20": [3.0, 0.5]}}


def test_what_is_written_is_taken():
    checked(DrawnEvents, DRAWN, "drawn.json")
    checked(DrawnEvents, DRAWN | {"file": "events.out.tfevents.1700000000.05_trials"}, "drawn.json")


@pytest.mark.parametrize("change", [
    {"file": "weights.npz"}, {"file": "../events.out.tfevents.1"}, {"noted": {"-1": [1.0, None]}},
    {"noted": {"10": [1.0]}}, {"noted": {"10": [1.0, None, None]}}, {"stored": float("inf")}])
def test_anything_else_is_refused(change):
    with pytest.raises(RunError, match="drawn.json is not what this program writes"):
        checked(DrawnEvents, DRAWN | change, "drawn.json")
