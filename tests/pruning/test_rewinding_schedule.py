"""`RewindingSchedule`: rates by kind and name, exact counts, its round trip, what it refuses."""

import pytest

from lth_keras.compat import PruningSchedule
from lth_keras.errors import ConfigurationError
from lth_keras.pruning import PrunableWeight, RewindingSchedule


def weight(layer, *shape, output=False):
    kind = "conv" if len(shape) > 2 else "dense"
    return PrunableWeight(f"{layer}/kernel", layer, shape, kind, output)


LENET = (
    weight("conv1", 5, 5, 3, 6), weight("conv2", 5, 5, 6, 16), weight("fc1", 400, 120),
    weight("fc2", 120, 84), weight("output", 84, 10, output=True),
)
FC1 = (weight("fc1", 784, 300), weight("fc2", 300, 100), weight("output", 100, 10, output=True))


@pytest.mark.parametrize("weights, size, after_six, after_ten", [
    (FC1, 266_200, 69_780, 28_580), (LENET, 61_770, 16_190, 6_627),
])
def test_stored_counts_of_the_distributions_paper(weights, size, after_six, after_ten):
    schedule = RewindingSchedule(10, 0.2)
    assert schedule.total_count(weights, 0) == size
    assert schedule.total_count(weights, 6) == after_six
    assert schedule.total_count(weights, 10) == after_ten
    assert schedule.density(weights, 6) == after_six / size


@pytest.mark.parametrize("rates, expected", [
    ({}, (0.2, 0.2, 0.2, 0.2, 0.2)),
    ({"conv": 0.15}, (0.15, 0.15, 0.2, 0.2, 0.2)),
    ({"output": 0.1}, (0.2, 0.2, 0.2, 0.2, 0.1)),
    ({"dense": 0.3}, (0.2, 0.2, 0.3, 0.3, 0.3)),        # The output layer is dense as well.
    ({"conv": None, "output": None}, (None, None, 0.2, 0.2, None)),
    ({"name:fc.*": 0.5, "dense": 0.3}, (0.2, 0.2, 0.5, 0.5, 0.3)),
    ({"name:c": 0.5}, (0.2, 0.2, 0.2, 0.2, 0.2)),       # The whole name has to match.
    ({"output": 0.1, "name:output": None}, (0.2, 0.2, 0.2, 0.2, None)),
])
def test_rates_by_kind_and_name(rates, expected):
    schedule = RewindingSchedule(3, 0.2, rates)
    assert tuple(schedule.rate_of(each) for each in LENET) == expected


def test_counts_by_hand():
    weights = (weight("a", 2, 3), weight("b", 1, 4, output=True))
    counts = RewindingSchedule(3, 0.5, {"output": None}).layer_counts(weights, 2)
    assert counts == {"a/kernel": 2, "b/kernel": 4}     # 6 -> 6-⌈2.5⌉ = 3 -> 3-⌈1⌉ = 2


def test_globally_the_count_is_of_all_layers_together():
    schedule = RewindingSchedule(2, 0.5, {"output": None}, scope="global")
    weights = (weight("a", 2, 3), weight("b", 5, 1), weight("c", 1, 4, output=True))
    assert schedule.total_count(weights, 1) == 6 + 4    # 11 -> 11-5
    assert schedule.total_count(weights, 2) == 3 + 4    # 6 -> 6-⌈2.5⌉


def test_fewest_weights_per_layer():
    weights = (weight("a", 2, 2), weight("b", 1, 2, output=True))
    schedule = RewindingSchedule(20, 0.5, min_per_layer=3)
    assert schedule.layer_counts(weights, 20) == {"a/kernel": 3, "b/kernel": 2}


def test_a_layer_is_never_emptied():
    assert RewindingSchedule(50, 0.9).layer_counts(FC1, 50) == {
        "fc1/kernel": 1, "fc2/kernel": 1, "output/kernel": 1}


@pytest.mark.parametrize("rewind_to, step", [("0ep", 0), ("2ep", 20), ("7it", 7)])
def test_rewind_step(rewind_to, step):
    assert RewindingSchedule(1, rewind_to=rewind_to).rewind_step(10) == step


def test_tfmot_is_told_never_to_prune():
    schedule = RewindingSchedule(3)
    assert isinstance(schedule, PruningSchedule)
    for step in (0, 1, 100, 10_000):
        prune, sparsity = schedule(step)
        assert not bool(prune) and float(sparsity) == 0.0


def test_round_trip():
    schedule = RewindingSchedule(
        4, 0.3, {"conv": 0.1, "name:x.*": None}, rewind_to="2ep", min_per_layer=5)
    config = schedule.get_config()
    assert config["class_name"] == "RewindingSchedule"
    twin = RewindingSchedule.from_config(config["config"])
    assert twin.get_config() == config
    assert vars(twin) == vars(schedule)


@pytest.mark.parametrize("arguments, message", [
    ({"rounds": -1}, "rounds is -1"),
    ({"rounds": 2.0}, "rounds is 2.0"),
    ({"rounds": True}, "rounds is True"),
    ({"rounds": 1, "rate": 0}, "rate is 0"),
    ({"rounds": 1, "rate": 1.0}, "rate is 1.0"),
    ({"rounds": 1, "rate": 1.5}, "rate is 1.5"),
    ({"rounds": 1, "rate": float("nan")}, "rate is nan"),
    ({"rounds": 1, "rate": "0.2"}, "rate is '0.2'"),
    ({"rounds": 1, "rate": None}, "rate is None"),
    ({"rounds": 1, "rates": {"convolution": 0.1}}, "the key 'convolution'"),
    ({"rounds": 1, "rates": 0.2}, "rates is 0.2; expected rates by kind"),
    ({"rounds": 1, "rates": {"conv": 2}}, r"rates\['conv'\] is 2"),
    ({"rounds": 1, "rates": {"name:(": 0.1}}, "no regular expression"),
    ({"rounds": 1, "scope": "local"}, "scope is 'local'"),
    ({"rounds": 1, "scope": "global", "rates": {"conv": 0.1}}, "all layers share one"),
    ({"rounds": 1, "rewind_to": 500}, "rewind_to is 500"),
    ({"rounds": 1, "min_per_layer": -1}, "min_per_layer is -1"),
])
def test_refused(arguments, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        RewindingSchedule(**arguments)
    # gin adds lines of its own, which the command line takes off.
    assert "\n" not in str(caught.value).split("\n  In call to configurable")[0]
