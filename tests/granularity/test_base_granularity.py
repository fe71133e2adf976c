"""`Granularity`: made again from its configuration; what is no granularity."""

import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.granularity import (
    Blocks,
    NofM,
    Units,
    Weights,
    from_config,
)
from lth_keras.pruning import RewindingSchedule


@pytest.mark.parametrize("granularity", [
    Weights(), Blocks((2, 3), "max"), NofM(1, 4), Units("mean")])
def test_a_schedule_with_it_is_made_again_from_its_configuration(granularity):
    assert from_config(granularity.get_config()) == granularity
    schedule = RewindingSchedule(2, granularity=granularity)
    config = schedule.get_config()["config"]
    assert ("granularity" in config) == (granularity != Weights())
    assert vars(RewindingSchedule.from_config(config)) == vars(schedule)


def test_refused():
    with pytest.raises(ConfigurationError, match="granularity is 'blocks'; expected a Granularity"):
        RewindingSchedule(1, granularity="blocks")
    with pytest.raises(ConfigurationError, match="the class 'Grains', which is not known here"):
        from_config({"class_name": "Grains", "config": {}})
