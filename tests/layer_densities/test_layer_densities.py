"""How many weights each layer keeps: against the published formulas, exact in sum."""

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
from lth_keras.masks import kept, total_kept
from lth_keras.paths import RunPaths
from lth_keras.store.network_reader import read_masks

LENET = {"fc1/kernel": (784, 300), "fc2/kernel": (300, 100), "output/kernel": (100, 10)}
CONV = {"conv1": (3, 3, 3, 64), "conv2": (3, 3, 64, 128), "conv3": (1, 1, 128, 256),
        "fc": (256, 10)}
# The shapes and sparsities of the tests of RigL's own code.
RIGL = [
    ((2, 3), (2, 3), 0.5), ((1, 1, 2, 3), (1, 1, 2, 3), 0.3), ((8, 6), (4, 3), 0.7),
    ((80, 4), (20, 20), 0.8), ((2, 6), (2, 3), 0.8),
]


def published(shapes, total, kernel):
    """Evci et al.'s densities by their procedure: ε, then the densest layer is made dense, …"""
    dense = set()
    while True:
        left = total - sum(math.prod(shapes[key]) for key in dense)
        raw = {
            key: sum(shape) / math.prod(shape) if kernel
            else (shape[-1] + shape[-2]) / (shape[-1] * shape[-2])
            for key, shape in shapes.items() if key not in dense}
        epsilon = left / sum(raw[key] * math.prod(shapes[key]) for key in raw)
        densest = max(raw, key=raw.get)
        if epsilon * raw[densest] <= 1:
            return {key: epsilon * raw[key] if key in raw else 1.0 for key in shapes}
        dense.add(densest)


@pytest.mark.parametrize("rule, kernel", [
    (layer_densities.ErdosRenyi(), False), (layer_densities.ErdosRenyiKernel(), True)])
@pytest.mark.parametrize("shapes", [LENET, CONV], ids=["lenet", "conv"])
@pytest.mark.parametrize("density", [0.02, 0.1, 0.2, 0.5, 0.9])
def test_erdos_renyi_against_the_published_procedure(rule, kernel, shapes, density):
    total = round(density * sum(map(math.prod, shapes.values())))
    counts = rule.counts(shapes, total, None)
    assert sum(counts.values()) == total
    for key, share in published(shapes, total, kernel).items():
        assert abs(counts[key] - share * math.prod(shapes[key])) < 1


def test_lenet_300_100_at_ten_per_cent_by_hand():
    # 26,620 of 266,200 weights; the sums of the sides are 1084, 400 and 110, in all 1594: ε = 16.7.
    # The output layer would keep 1837 of 1000 and is dense: 25,620·1084/1484 and ·400/1484.
    counts = layer_densities.ErdosRenyiKernel().counts(LENET, 26_620, None)
    assert counts == {"fc1/kernel": 18_714, "fc2/kernel": 6_906, "output/kernel": 1_000}


@pytest.mark.parametrize("first, second, sparsity", RIGL)
def test_the_examples_of_rigls_tests(first, second, sparsity):
    shapes = {"one": first, "two": second}
    sizes = {key: math.prod(shape) for key, shape in shapes.items()}
    # As many ones as in uniform masks there, whose zeros are rounded down.
    total = sum(size - math.floor(sparsity * size) for size in sizes.values())
    counts = layer_densities.ErdosRenyi().counts(shapes, total, None)
    assert sum(counts.values()) == total
    shares = published(shapes, total, kernel=False)
    raw = {key: (s[-1] + s[-2]) / (s[-1] * s[-2]) for key, s in shapes.items()}
    assert shares["one"] / raw["one"] == pytest.approx(shares["two"] / raw["two"])
    assert all(abs(counts[key] - shares[key] * sizes[key]) < 1 for key in shapes)


@pytest.mark.parametrize("rule, total, expected", [
    (layer_densities.Uniform(), 26_620, [23_520, 3_000, 100]),
    (layer_densities.Balanced(), 1_500, [500, 500, 500]),
    # The output layer has 1000 weights only; the others share what it leaves.
    (layer_densities.Balanced(), 9_000, [4_000, 4_000, 1_000]),
    (layer_densities.AsTicket(), 1_500, [700, 500, 300]),
    (layer_densities.ErdosRenyi(), 1_594, [1_084, 400, 110]),
])
def test_by_hand(rule, total, expected):
    ticket = dict(zip(LENET, (700, 500, 300)))
    assert list(rule.counts(LENET, total, lambda: ticket).values()) == expected


def job_of(rates=None, scope="layerwise"):
    schedule = pruning.RewindingSchedule(3, 0.5, rates, scope)
    prunable = tuple(
        types.SimpleNamespace(key=key, layer=key.split("/")[0], kind="dense", shape=shape,
                              size=math.prod(shape), most=math.prod(shape),
                              is_output=key.startswith("output"))
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


@pytest.mark.parametrize("make, message", [
    (lambda: RandomMask(0.1), "RandomMask.layer_densities is 0.1; expected a LayerDensities, with"),
    (lambda: PrunedMask(scope="global", layer_densities=layer_densities.Uniform()),
     "PrunedMask has scope 'global' and layer_densities Uniform.*leave one of them out"),
    (lambda: layer_densities.FromStoredRun("", "full"), "FromStoredRun.run is ''"),
    (lambda: layer_densities.FromStoredRun("runs/mine", "full", 0), "FromStoredRun.trial is 0"),
    (lambda: layer_densities.FromStoredRun("nowhere", "full").check(LENET),
     "FromStoredRun takes full of trial 1 of nowhere, which cannot be read"),
])
def test_wrong_values_are_answered_in_a_line(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()


def test_a_stored_networks_densities(make_run):
    root = make_run(variants=("reinit",))
    rule = layer_densities.FromStoredRun(str(root), "round_02", 2)
    masks = read_masks(RunPaths(root).network(2, "round_02"))
    shapes = {key: mask.shape for key, mask in masks.items()}
    rule.check(shapes)
    assert rule.counts(shapes, total_kept(masks), None) == kept(masks)
    with pytest.raises(ConfigurationError, match="a network of other layers"):
        rule.check(LENET)


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
