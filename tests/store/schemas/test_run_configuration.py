"""The configuration in run.json has the form that reports and exports read."""

import pytest

from lth_keras.errors import RunError
from lth_keras.store.schemas import RunHeader, checked

FLAT = {"rounds": 2, "rate": 0.2, "rates": None, "scope": "global"}


def configured(stored, **change):
    configuration = stored[RunHeader]["configuration"] | change
    return checked(RunHeader, stored[RunHeader] | {"configuration": configuration}, "run.json")


@pytest.mark.parametrize("schedule", [
    FLAT, {"config": FLAT, "class_name": "Mine"}, FLAT | {"rates": {"output": None, "conv": 0.1}},
    FLAT | {"granularity": {"class_name": "Blocks", "config": {"shape": [2, 1]}}},
])
def test_schedules_of_either_form_are_taken(schedule, stored):
    configured(stored, imp={"schedule": schedule, "criterion": {"class": "Magnitude"}})


@pytest.mark.parametrize("schedule", [
    3, {}, {"config": []}, FLAT | {"rate": "x"}, FLAT | {"rates": {"output": "x"}},
    FLAT | {"granularity": {}}, FLAT | {"rounds": -1},
])
def test_a_schedule_of_another_form_is_refused(schedule, stored):
    with pytest.raises(RunError, match="configuration.imp.schedule"):
        configured(stored, imp={"schedule": schedule, "criterion": {"class": "Magnitude"}})


@pytest.mark.parametrize("change, said", [
    ({"imp": {"schedule": FLAT, "criterion": {}}}, "imp.criterion.class"),
    ({"imp": None}, "configuration.imp"), ({"dataset": {}}, "dataset.class"),
    ({"dataset": {"class": "Dataset", "cache_dir": "/elsewhere"}}, "'cache_dir', a place"),
    ({"task": {"classes": 2}}, "task.class"),
])
def test_what_is_read_again_has_its_form(change, said, stored):
    with pytest.raises(RunError, match=said):
        configured(stored, **change)
