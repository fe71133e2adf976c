"""Mask rules by hand, on a job of one kernel; `test_variant.py` has them in a run."""

import types

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.criteria import Magnitude, Movement, SynFlow
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import (
    ChainedMask,
    FoundMask,
    KeepAll,
    PrunedMask,
    RandomMask,
    ShuffledMask,
)
from lth_keras.experiment.imp import train_variant
from lth_keras.experiment.mask_rules import MaskRule
from lth_keras.granularity import Blocks, Weights
from lth_keras.pruning import PrunableWeight, RewindingSchedule

KEY = "fc/kernel"
FOUND = np.arange(10).reshape(5, 2) < 4


def job(scope="layerwise", granularity=Weights()):
    """A job of round 2, in which four of ten weights are left; it remembers what it was asked."""
    prunable = (PrunableWeight(KEY, "fc", (5, 2), "dense", False),)
    schedule = RewindingSchedule(3, 0.4, scope=scope, granularity=granularity)
    asked = []

    def prune(*arguments):
        asked.append(arguments)
        return {KEY: FOUND}

    return types.SimpleNamespace(
        prunable=prunable, label="mine", round=2, asked=asked, prune=prune,
        found_masks=lambda: asked.append("found") or {KEY: FOUND},
        dense_masks=lambda: {KEY: np.ones((5, 2), bool)}, masks_of=lambda name: f"masks of {name}",
        weights_of=lambda name: f"weights of {name}",
        initial=lambda: types.SimpleNamespace(weights="theta_0"),
        generator=lambda use: np.random.default_rng(1),
        context=types.SimpleNamespace(
            schedule=schedule, prunable=prunable,
            grouping=schedule.granularity.grouping(prunable)))


def test_dense_and_found():
    assert KeepAll().masks(job())[KEY].all()
    assert FoundMask().masks(job())[KEY] is FOUND


@pytest.mark.parametrize("scope, asked", [("layerwise", []), ("global", ["found"])])
def test_a_shuffle_reads_the_found_mask_only_where_the_schedule_does_not_say_the_count(
        scope, asked):
    mine = job(scope)
    mask = ShuffledMask().masks(mine)[KEY]
    assert mask.sum() == 4 and mine.asked == asked


@pytest.mark.parametrize("shape, asked", [((5, 1), []), ((4, 1), ["found"])])
def test_a_shuffle_of_groups_of_one_size_reads_no_found_mask(shape, asked):
    mine = job(granularity=Blocks(shape))
    mask = ShuffledMask().masks(mine)[KEY]
    assert mine.asked == asked
    if not asked:  # Of two columns ⌈0.4 · 1⌉ = 1 goes, and then ⌈0.4 · 0⌉ = 0.
        (kept,) = mine.context.schedule.layer_counts(mine.context.grouping.rows, 2).values()
        assert mask.all(0).sum() == kept == mask.sum() / 5


def test_a_random_mask_has_the_rounds_total():
    assert RandomMask().masks(job())[KEY].sum() == 4


@pytest.mark.parametrize("network, weights", [
    ("trained", "weights of round_00"), ("initial", "theta_0")])
def test_pruning_at_once_takes_the_dense_network(network, weights):
    mine, criterion = job(), Movement()
    PrunedMask(network, criterion, "global", 3).masks(mine)
    ((given, dense, *rest),) = mine.asked
    assert given == weights and dense[KEY].all() and rest == [criterion, "global", 3, None]


def test_a_chain_takes_its_own_network_of_the_round_before():
    mine = job()
    ChainedMask().masks(mine)
    assert mine.asked == [("weights of mine@01", "masks of mine@01", None)]
    assert ChainedMask().needs("mine", 1) == ("round_00",)


def test_only_the_first_pruning_by_imps_criterion_is_imps_own():
    def equal(rule, round, criterion):
        return rule.equals_found(round, criterion)

    imp = Magnitude()
    assert equal(FoundMask(), 2, imp) and not equal(FoundMask(), 0, imp)
    assert equal(PrunedMask(), 1, imp) and not equal(PrunedMask(), 2, imp)
    assert equal(PrunedMask(criterion=imp), 1, imp)
    assert not equal(PrunedMask(criterion=Movement()), 1, imp)
    assert not equal(ShuffledMask(), 1, imp)


@pytest.mark.parametrize("make, said", [
    (lambda: PrunedMask("dense"), "PrunedMask.network is 'dense'; expected 'trained' or 'initial'"),
    (lambda: PrunedMask(criterion="snip"), "PrunedMask.criterion is 'snip'"),
    (lambda: PrunedMask(scope="local"), "PrunedMask.scope is 'local'"),
    (lambda: PrunedMask(iterations=0), "PrunedMask.iterations is 0"),
    (lambda: ChainedMask(Magnitude), "ChainedMask.criterion is"),
])
def test_refused(make, said):
    with pytest.raises(ConfigurationError, match=said):
        make()


class Halves(MaskRule):
    """Shares, where masks are expected."""

    def masks(self, job):
        return {KEY: np.full((5, 2), 0.5)}


class Forgetful(MaskRule):
    """Leaves a layer out."""

    def masks(self, job):
        return {}


def test_the_masks_of_a_rule_are_checked():
    assert FoundMask().checked(job())[KEY] is FOUND
    with pytest.raises(RunError, match=r"Halves.masks: mask fc/kernel is an array of float64"):
        Halves().checked(job())
    # It is what trains a variant that asks for the checked masks.
    mine = job()
    mine.variant = types.SimpleNamespace(mask=Forgetful())
    with pytest.raises(RunError, match="Forgetful.masks: gave no mask of fc/kernel; expected"):
        train_variant(mine, train=None)


def test_a_rule_without_masks_is_named():
    with pytest.raises(NotImplementedError, match=r"MaskRule has no method masks\(job\)"):
        MaskRule().masks(job())


@pytest.mark.parametrize("rule", [PrunedMask("initial", SynFlow()), ChainedMask(SynFlow())])
def test_a_criterion_sees_the_network_before_anything_is_trained(rule):
    mine, layers = job(), keras.layers
    mine.context.data, mine.context.plain = None, keras.Sequential(
        [layers.Input((3,)), layers.Dense(2)])
    rule.check(mine)
    mine.context.plain = keras.Sequential([layers.Input((3,)), layers.Embedding(5, 2)])
    with pytest.raises(ConfigurationError, match="SynFlow sends an input of ones"):
        rule.check(mine)
