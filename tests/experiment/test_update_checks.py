"""An update rule has something to do, and all that it asks for."""

import types

import pytest

from lth_keras import pruning
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.update_checks import check_updates
from lth_keras.mask_updates import RigL


def test_masks_of_a_frozen_kernel_are_not_moved():
    model = keras.Sequential([
        keras.Input([4]), keras.layers.Dense(3, name="fixed"),
        keras.layers.Dense(2, name="output")])
    model.layers[0].trainable = False
    context = types.SimpleNamespace(
        plain=model, steps_per_epoch=10, schedule=pruning.RewindingSchedule(1),
        prunable_weights=pruning.prunable_weights)
    job = types.SimpleNamespace(
        variant=types.SimpleNamespace(updates=RigL("2it")), label="rigl", context=context,
        first_step=0, last_step=lambda start: 40, arguments={})
    with pytest.raises(ConfigurationError, match=(
            "'rigl' changes masks by RigL, and 'fixed/kernel' is frozen: what grows there would "
            "stay zero; name its layer in Experiment.never_prune")):
        check_updates(job)
    context.prunable_weights = lambda model: pruning.prunable_weights(model, ("fixed",))
    check_updates(job)
