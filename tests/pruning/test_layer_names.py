"""Names of layers in a configuration that the model does not have."""

import pytest

from lth_keras import pruning
from lth_keras.errors import ConfigurationError


def test_rates_of_no_layer(model):
    pruning.check_rates(model, {"recurrent": 0.25, "name:gru/cell/kernel": 0.75})
    with pytest.raises(ConfigurationError, match="'conv', which fits no layer"):
        pruning.check_rates(model, {"conv": 0.5})


@pytest.mark.parametrize("check, name, message", [
    (pruning.check_also_prune, "gru", "'gru', which is no layer that is left dense by default; "
     r"expected some of words \(an embedding\), depthwise \(a depthwise kernel\)"),
    (pruning.check_never_prune, "gru/kernel", "'gru/kernel', and no layer of the model"),
])
def test_names_that_are_none(model, check, name, message):
    with pytest.raises(ConfigurationError, match=message):
        check(model, (name,))
