"""`MaskUpdate`, the base class: its steps, its values, and a rule that is wrong."""

import numpy as np
import pytest

from lth_keras import mask_updates
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.mask_updates.drop_and_grow import cosine_decay
from lth_keras.training import MaskUpdates
from tests.mask_updates.by_hand import update_inputs


@pytest.mark.parametrize("rule, start, stop, expected", [
    (mask_updates.RigL(), 0, 1000, range(100, 701, 100)),
    (mask_updates.RigL(), 0, 400, range(100, 301, 100)),
    # From the step where training starts on; 75 % of what is left.
    (mask_updates.RigL(), 50, 450, range(150, 351, 100)),
    (mask_updates.RigL(until="250it"), 0, 1000, range(100, 201, 100)),
    (mask_updates.RigL(begin="30it", every="1ep"), 0, 100, range(50, 71, 20)),
    # None at the last step.
    (mask_updates.SET(), 0, 100, range(20, 81, 20)),
    (mask_updates.RigL(), 0, 100, range(0)),
])
def test_the_steps_of_the_updates(rule, start, stop, expected):
    assert list(rule.steps(start, stop, 20)) == list(expected)


def test_the_cosine_is_over_the_way_to_until_and_not_to_the_last_update():
    # Evci et al., algorithm 1: f(t) = α/2·(1 + cos(πt/T_end)), with T_end 75 % of 200 steps. The
    # one update, at step 100, still drops 0.15·(1 + cos(2π/3)) = 0.075 of the weights.
    rule = mask_updates.RigL()
    updates = MaskUpdates(rule, 0, rule.last(0, 200, 20), rule.steps(0, 200, 20), {}, 0)
    inputs = updates.inputs(100, {}, {}, None)
    assert (inputs.progress, inputs.progress_to_last) == (100 / 150, 1)
    assert cosine_decay(rule.drop, inputs.progress) == pytest.approx(0.075)


class Greedy(mask_updates.MaskUpdate):
    """Grows without dropping."""

    def masks(self, inputs):
        return {key: np.ones_like(mask) for key, mask in inputs.masks.items()}


class Forgetful(mask_updates.MaskUpdate):
    """Leaves a layer out."""

    def masks(self, inputs):
        return {}


@pytest.mark.parametrize("rule, message", [
    (Greedy(), "Greedy.masks: mask k keeps 8 weights; .* says 4"),
    (Forgetful(), "Forgetful.masks: gave no mask of k; expected a NumPy"),
    (mask_updates.MaskUpdate(), None),
])
def test_a_rule_that_is_wrong_is_named(rule, message):
    error = RunError if message else NotImplementedError
    with pytest.raises(error, match=message or r"MaskUpdate has no method masks\(inputs\)"):
        rule.updated(update_inputs())


@pytest.mark.parametrize("make, message", [
    (lambda: mask_updates.RigL(every="0it"), "RigL.every is '0it'; expected at least one"),
    (lambda: mask_updates.RigL(every=100), "RigL.every is 100; expected epochs like"),
    (lambda: mask_updates.RigL(until=1.5), "RigL.until is 1.5; expected a duration like '20ep'"),
    (lambda: mask_updates.RigL(until="late"), "RigL.until is 'late'; expected epochs"),
    (lambda: mask_updates.RigL(begin=None), "RigL.begin is None"),
])
def test_wrong_values_are_answered_in_a_line(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
