"""Update rules by hand on small matrices, and what must hold of every one of them."""

import dataclasses

import numpy as np
import pytest

from lth_keras import mask_updates, masks
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.mask_updates.drop_and_grow import grow_at_random, highest

WEIGHTS = np.array([[0.5, -0.1, 0.0, 0.0], [-2.0, 0.3, 0.0, 0.0]], np.float32)
MASK = np.array([[1, 1, 0, 0], [1, 1, 0, 0]], bool)
GRADIENTS = np.array([[9.0, 0.2, -3.0, 1.0], [9.0, 9.0, 0.5, 2.0]], np.float32)


@dataclasses.dataclass
class Network:
    """Gradients and moments that are given and not computed."""

    arrays: dict

    def gradients(self):
        return self.arrays

    moments = gradients


def inputs(progress=0.0, weights=None, kept=None, target=None, network=None, seed=0):
    weights = {"k": WEIGHTS} if weights is None else weights
    kept = {"k": MASK} if kept is None else kept
    return mask_updates.UpdateInputs(
        weights, kept, target or masks.kept(kept), progress, np.random.default_rng(seed),
        network or Network({"k": GRADIENTS}))


@pytest.mark.parametrize("drop, progress, expected", [
    # The smallest of four, −0.1, goes. Of what is free, itself (0.2) included, −3 is largest.
    (0.3, 0.0, [[1, 0, 1, 0], [1, 1, 0, 0]]),
    # Half of 0.5 at half the time: one of four, the same.
    (0.5, 0.5, [[1, 0, 1, 0], [1, 1, 0, 0]]),
    # At the end nothing moves.
    (0.5, 1.0, [[1, 1, 0, 0], [1, 1, 0, 0]]),
    # −0.1 and 0.3 go; the gradients 9 (of 0.3, which so comes back) and −3 are the largest.
    (0.5, 0.0, [[1, 0, 1, 0], [1, 1, 0, 0]]),
    # Three go, and 9, −3 and 9 of 0.5 come.
    (0.75, 0.0, [[1, 0, 1, 0], [1, 1, 0, 0]]),
])
def test_rigl_drops_and_grows(drop, progress, expected):
    found = mask_updates.RigL(drop=drop).updated(inputs(progress))
    np.testing.assert_array_equal(found["k"], np.array(expected, bool))


def test_rigls_share_falls_by_a_cosine():
    kept = {"k": np.arange(2000) < 1000}
    weights = {"k": np.where(kept["k"], np.arange(2000) + 1.0, 0.0)}
    network = Network({"k": np.where(kept["k"], 0.0, 1.0)})
    for progress, share in ((0.0, 0.3), (0.25, 0.15 * (1 + 0.5**0.5)), (0.5, 0.15), (1.0, 0.0)):
        found = mask_updates.RigL().updated(inputs(progress, weights, kept, network=network))["k"]
        assert np.count_nonzero(kept["k"] & ~found) == int(1000 * share)
        assert not found[: int(1000 * share)].any()


def test_set_drops_the_smallest_and_grows_any_other():
    grown = np.zeros(MASK.shape, int)
    for seed in range(300):
        found = mask_updates.SET(drop=0.5).updated(inputs(seed=seed))["k"]
        # 0.5 and −2 stay; of the six other places two are drawn.
        assert found[0, 0] and found[1, 0] and found.sum() == 4
        grown += found
    drawn = grown[[0, 0, 0, 1, 1, 1], [1, 2, 3, 1, 2, 3]]
    # 300 · 2/6 each, with a standard deviation of 8.2.
    assert drawn.min() > 65 and drawn.max() < 135 and drawn.sum() == 600


def test_snfs_divides_what_was_dropped_by_the_momentum_of_the_layers():
    kept = {"a": np.array([1, 1, 1, 1, 0, 0, 0, 0], bool), "b": np.array([1, 1, 1, 1, 0, 0], bool)}
    weights = {"a": np.array([1, 2, 3, 4, 0, 0, 0, 0.0]), "b": np.array([5, 6, 7, 8, 0, 0.0])}
    momentum = {"a": np.array([1, 1, 1, 1, 5, -6, 7, 8.0]), "b": np.array([-3, 3, 3, 3, 1, 2.0])}
    found = mask_updates.SNFS(drop=0.5).updated(
        inputs(0.0, weights, kept, network=Network(momentum)))
    # Two of each layer go; of the four, a mean of 1 against 3 gives layer a one and layer b three.
    np.testing.assert_array_equal(found["a"], np.array([0, 0, 1, 1, 0, 0, 0, 1], bool))
    np.testing.assert_array_equal(found["b"], np.array([1, 1, 1, 1, 0, 1], bool))


@pytest.mark.parametrize("progress, count", [(0.5, 4 + 4 // 8), (1.0, 4), (0.2, 6)])
def test_gradual_magnitude_keeps_the_largest_by_a_cubic(progress, count):
    # 8·(1/2 + 1/2·(1 − t)³): 8 → 4.
    weights = np.arange(8.0).reshape(2, 4) - 3.5
    found = mask_updates.GradualMagnitude().updated(
        inputs(progress, {"k": weights}, {"k": np.ones((2, 4), bool)}, {"k": 4}))["k"]
    assert np.count_nonzero(found) == count
    assert np.abs(weights[found]).min() >= np.abs(weights[~found]).max()


def test_gradual_magnitude_lets_weights_come_back_only_as_tfmot_does():
    weights = {"k": np.array([5.0, 4.0, 1.0, 3.0])}  # The last is pruned, and moved since.
    kept = {"k": np.array([1, 1, 1, 0], bool)}
    for tfmot, expected in ((False, [1, 1, 1, 0]), (True, [1, 1, 0, 1])):
        rule = mask_updates.GradualMagnitude(tfmot=tfmot)
        found = rule.updated(inputs(1.0, weights, kept, {"k": 3}))["k"]
        np.testing.assert_array_equal(found, np.array(expected, bool))


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
        asked = inputs(progress, weights, current, target, network)
        again = dataclasses.replace(asked, generator=np.random.default_rng(0))
        new = rule.updated(asked)
        assert sum(masks.kept(new).values()) == sum(rule.counts(asked).values())
        if not rule.moves_between_layers:
            assert masks.kept(new) == rule.counts(asked)
        for key, mask in rule.updated(again).items():
            np.testing.assert_array_equal(mask, new[key])
        current = new
    assert sum(masks.kept(current).values()) == sum(target.values())


def test_of_equal_scores_the_later_are_the_highest_as_in_pruning():
    found = highest(np.array([1.0, 2.0, 1.0, 1.0]), np.array([1, 1, 1, 0], bool), 2)
    np.testing.assert_array_equal(found, [False, True, True, False])
    assert not highest(np.ones(3), np.ones(3, bool), 0).any()
    assert grow_at_random(np.zeros(3, bool), 3, np.random.default_rng(0)).all()


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


@pytest.mark.parametrize("make, message", [
    (lambda: mask_updates.RigL(drop=0), r"RigL.drop is 0; expected a share in \(0, 1\]"),
    (lambda: mask_updates.SET(drop=1.5), "SET.drop is 1.5"),
    (lambda: mask_updates.SNFS(drop=True), "SNFS.drop is True"),
    (lambda: mask_updates.RigL(every="0it"), "RigL.every is '0it'; expected at least one"),
    (lambda: mask_updates.RigL(every=100), "RigL.every is 100; expected epochs like"),
    (lambda: mask_updates.RigL(until=1.5), "RigL.until is 1.5; expected a duration like '20ep'"),
    (lambda: mask_updates.RigL(until="late"), "RigL.until is 'late'; expected epochs"),
    (lambda: mask_updates.RigL(begin=None), "RigL.begin is None"),
    (lambda: mask_updates.GradualMagnitude(tfmot=1), "tfmot is 1; expected True or False"),
])
def test_wrong_values_are_answered_in_a_line(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()


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
    (Forgetful(), "Forgetful.masks: the masks are those of"),
    (mask_updates.MaskUpdate(), None),
])
def test_a_rule_that_is_wrong_is_named(rule, message):
    error = RunError if message else NotImplementedError
    with pytest.raises(error, match=message or r"MaskUpdate has no method masks\(inputs\)"):
        rule.updated(inputs())
