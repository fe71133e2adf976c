"""`ChannelGroups`: what is left whole, and why."""

import pytest

from lth_keras.channels import ChannelGroups, check_has_groups
from lth_keras.errors import ConfigurationError
from lth_keras.pruning import prunable_weights
from tests.channels.described import residual


def test_a_layer_left_dense_keeps_the_units_that_it_reads():
    model = residual()
    weights = prunable_weights(model, never=("b",))
    channels = ChannelGroups(model, {weight.key for weight in weights})
    assert channels.groups == ()
    assert {each.why for each in channels.whole} == {"b is left dense", "the model's output"}
    with pytest.raises(ConfigurationError, match=r"no units that can be cut \(a: b is left dense"):
        check_has_groups(channels)
