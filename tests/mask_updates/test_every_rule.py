"""What must hold of every update rule; a new rule adds a row."""

import dataclasses

import numpy as np
import pytest

from lth_keras import mask_updates, masks
from tests.mask_updates.by_hand import Network, update_inputs

RULES = {
    "GradualMagnitude": mask_updates.GradualMagnitude(), "RigL": mask_updates.RigL(),
    "SET": mask_updates.SET(), "SNFS": mask_updates.SNFS(),
}


def test_every_rule_has_a_row():
    names = {name for name in mask_updates.__all__ if isinstance(
        getattr(mask_updates, name), type)} - {"MaskUpdate", "UpdateInputs"}
    assert names == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
@pytest.mark.parametrize("density", [0.02, 0.5, 1.0])
def test_counts_are_exact_and_chance_is_the_seeds(rule, density):
    generator = np.random.default_rng(1)
    shapes = {"conv": (3, 3, 2, 5), "fc": (40, 7), "out": (7, 3)}
    first = {key: generator.random(shape) <= density for key, shape in shapes.items()}
    for mask in first.values():
        mask.flat[0] = True
    target = masks.kept(first)
    current = rule.first(first)
    for progress in (0.1, 0.4, 0.9, 1.0):
        weights = masks.apply(current, {
            key: generator.normal(size=shape) for key, shape in shapes.items()})
        network = Network({key: generator.normal(size=shape) for key, shape in shapes.items()})
        asked = update_inputs(progress, weights, current, target, network)
        again = dataclasses.replace(asked, generator=np.random.default_rng(0))
        new = rule.updated(asked)
        assert sum(masks.kept(new).values()) == sum(rule.counts(asked).values())
        if not rule.moves_between_layers:
            assert masks.kept(new) == rule.counts(asked)
        for key, mask in rule.updated(again).items():
            np.testing.assert_array_equal(mask, new[key])
        current = new
    assert sum(masks.kept(current).values()) == sum(target.values())
