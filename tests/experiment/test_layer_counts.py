"""`layer_counts`: exact in sum, unpruned layers dense, and the same for both mask rules."""

import math
import types

import numpy as np
import pytest

from lth_keras import layer_densities, pruning
from lth_keras.criteria import Magnitude
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import PrunedMask, RandomMask, pruner
from lth_keras.experiment.layer_counts import layer_counts
from lth_keras.granularity import Grouping
from lth_keras.masks import kept
from lth_keras.pruning.kernels import PrunableWeight
from tests.layer_densities.lenet import LENET


def job_of(rates=None, scope="layerwise"):
    schedule = pruning.RewindingSchedule(3, 0.5, rates, scope)
    prunable = tuple(
        PrunableWeight(key, key.split("/")[0], shape, "dense", key.startswith("output"))
        for key, shape in LENET.items())
    return types.SimpleNamespace(
        prunable=prunable, context=types.SimpleNamespace(schedule=schedule), round=2, label="mine",
        generator=lambda use: np.random.default_rng(1),
        found_masks=lambda: {key: np.arange(math.prod(shape)) < 9 for key, shape in LENET.items()})


@pytest.mark.parametrize("scope", ["layerwise", "global"])
@pytest.mark.parametrize("rule", [
    layer_densities.Uniform(), layer_densities.Balanced(), layer_densities.AsTicket(),
    layer_densities.ErdosRenyi(), layer_densities.ErdosRenyiKernel()],
    ids=lambda rule: type(rule).__name__)
def test_the_sum_is_the_rounds_and_unpruned_layers_stay_dense(rule, scope):
    job = job_of({"name:fc2": None}, scope)
    masks = RandomMask(rule).masks(job)
    counts = {key: int(mask.sum()) for key, mask in masks.items()}
    assert counts == layer_counts(job, rule) and counts["fc2/kernel"] == 30_000
    assert sum(counts.values()) == job.context.schedule.total_count(job.prunable, 2)


def test_pruning_at_once_keeps_those_counts():
    job = job_of()
    generator = np.random.default_rng(2)
    weights = {key: generator.normal(size=shape) for key, shape in LENET.items()}
    job.initial = lambda: types.SimpleNamespace(weights=weights)
    job.dense_masks = lambda: {key: np.ones(shape, bool) for key, shape in LENET.items()}
    context = types.SimpleNamespace(
        experiment=types.SimpleNamespace(imp=types.SimpleNamespace(criterion=Magnitude())),
        schedule=job.context.schedule, grouping=Grouping(job.prunable),
        probe=lambda *_: None)

    def prune(weights, previous, criterion, scope, iterations, counts):
        return pruner.prune(
            context, weights, weights, previous, generator, 2, criterion, scope, iterations, counts)

    job.prune = prune
    rule = layer_densities.ErdosRenyiKernel()
    for iterations in (1, 5):
        masks = PrunedMask("initial", None, None, iterations, rule).masks(job)
        assert kept(masks) == layer_counts(job, rule)
        for key, mask in masks.items():
            assert np.abs(weights[key][mask]).min() >= np.abs(weights[key][~mask]).max(initial=0)


@pytest.mark.parametrize("make, message", [
    (lambda: RandomMask(0.1), "RandomMask.layer_densities is 0.1; expected a LayerDensities, with"),
    (lambda: PrunedMask(scope="global", layer_densities=layer_densities.Uniform()),
     "PrunedMask has scope 'global' and layer_densities Uniform.*leave one of them out"),
])
def test_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
