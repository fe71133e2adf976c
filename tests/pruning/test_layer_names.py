"""Names of layers in a configuration that the model does not have."""

import pytest

from lth_keras import pruning
from lth_keras.errors import ConfigurationError
from lth_keras.granularity import Units
from lth_keras.pruning import layer_names
from tests.granularity.kernels import kernel


def test_rates_of_no_layer(model):
    pruning.check_rates(model, {"recurrent": 0.25, "name:gru/cell/kernel": 0.75})
    with pytest.raises(ConfigurationError, match="'conv', which fits no layer"):
        pruning.check_rates(model, {"conv": 0.5})


def test_a_rate_that_no_set_of_units_has_is_said(monkeypatch):
    said = []
    monkeypatch.setattr(layer_names.logging, "warning", lambda text, *values: said.append(
        text % values))
    schedule = pruning.RewindingSchedule(
        1, rates={"name:fc.": 0.3, "output": 0.1}, granularity=Units())
    pruning.warn_of_idle_rates(schedule, [kernel("fc1/kernel", (3, 4))])
    (line,) = said
    assert line.startswith("RewindingSchedule.rates['output'] is 0.1 and has no effect with Units(")
    assert "the units of the output layer stay" in line and line.endswith("make units: fc1")


@pytest.mark.parametrize("check, name, message", [
    (pruning.check_also_prune, "gru", "'gru', which is no layer that is left dense by default; "
     r"expected some of words \(an embedding\), depthwise \(a depthwise kernel\)"),
    (pruning.check_never_prune, "gru/kernel", "'gru/kernel', and no layer of the model"),
])
def test_names_that_are_none(model, check, name, message):
    with pytest.raises(ConfigurationError, match=message):
        check(model, (name,))
