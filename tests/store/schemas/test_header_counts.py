"""The numbers of run.json contradict each other: refused, in one line that says which."""

import pytest

from lth_keras.errors import RunError
from lth_keras.store.schemas import RunHeader, checked

SIZES = {"fc1/kernel": 96, "out/kernel": 18}
GROUPS = {"name": "block", "granularity": "Blocks()", "sizes": {"all": 57},
          "kept_by_round": [57, 46, 36], "kept_by_round_and_row": None}


def refused(stored, **change):
    with pytest.raises(RunError) as caught:
        checked(RunHeader, stored[RunHeader] | change, "run.json")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("change, said", [
    ({"prunable_weights": {"fc1/kernel": 95}}, "its variable has 96 weights"),
    ({"prunable_weights": {"fc9/kernel": 96}}, "none of the variables"),
    ({"prunable_weights": {}}, "names no kernel"),
    ({"variables": {"a": ["float32", "2"]}}, "no type with sides"),
    ({"variables": {"a": ["float32", 2**40, 2**40]}}, "no memory holds"),
    ({"kept_by_round": []}, "kept_by_round"), ({"kept_by_round": [115, 91, 73]}, "kept_by_round"),
    ({"kept_by_round": [114, 73, 91]}, "kept_by_round"),
    ({"kept_by_round_and_layer": [SIZES]}, "has 1 rounds; expected 3"),
    ({"kept_by_round_and_layer": [SIZES, SIZES, {"fc1/kernel": 73}]}, "adds up to 114, not 91"),
    ({"kept_by_round_and_layer": [{"x": 114}] * 3}, "other kernels"),
    ({"units": [[1, "round_03"]]}, "there are 2 rounds"), ({"units": [[1, "a@x"]]}, "'a@x'"),
    ({"rewind_step": 19}, "a round has 18 steps"), ({"margin": 1.5}, "a share from 0 to 1"),
    ({"groups": GROUPS | {"sizes": {}}}, "groups.sizes"),
    ({"groups": GROUPS | {"kept_by_round": [57, 46]}}, "groups.kept_by_round"),
    ({"groups": GROUPS | {"kept_by_round": [46, 57, 36]}}, "groups.kept_by_round"),
    ({"groups": GROUPS | {"kept_by_round_and_row": [{"all": 57}] * 3}}, "adds up to 57, not 46"),
])
def test_numbers_that_contradict_each_other(change, said, stored):
    assert said in refused(stored, **change)


def test_data_have_a_test_split_and_each_metric_stands_once(stored):
    header = stored[RunHeader]
    assert "'test'" in refused(stored, data=header["data"] | {"examples": {"train": 3}})
    assert "one twice" in refused(stored, metrics=2 * header["metrics"])


def test_a_published_figure_is_of_a_column_of_the_summary(stored):
    figure = {"variant": "ticket", "round": 1, "metric": "test_accuracy_final_mean", "value": 0.9,
              "source": "a paper", "tolerance": 0.01, "tolerance_ratio": None}
    assert checked(RunHeader, stored[RunHeader] | {"published": [figure]}, "run.json")
    wrong = figure | {"metric": "test_acuracy_final_mean"}
    assert "which no summary has" in refused(stored, published=[wrong])


def test_a_change_because_of_a_fallback_has_two_values(stored):
    data = stored[RunHeader]["data"]
    for values in ([1024], [1024, 64, 32]):
        assert "batch_size" in refused(
            stored, data=data | {"fallback_changes": {"batch_size": values}})


def test_what_fits_is_taken(stored):
    layers = [SIZES, {"fc1/kernel": 77, "out/kernel": 14}, {"fc1/kernel": 61, "out/kernel": 12}]
    change = {"kept_by_round_and_layer": layers, "groups": GROUPS, "rewind_step": 18}
    assert checked(RunHeader, stored[RunHeader] | change, "run.json")["groups"] == GROUPS
