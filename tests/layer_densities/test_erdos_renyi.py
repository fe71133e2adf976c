"""`ErdosRenyi` and `ErdosRenyiKernel` against the published procedure, and by hand."""

import math

import pytest

from lth_keras import layer_densities
from tests.layer_densities.lenet import LENET

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


def test_each_side_of_a_layer_counts_once():
    # The sums of the sides are 1084, 400 and 110: at 1,594 weights each layer keeps so many.
    counts = layer_densities.ErdosRenyi().counts(LENET, 1_594, None)
    assert list(counts.values()) == [1_084, 400, 110]
