"""Channel groups as rows of a granularity: what must hold of every network."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.channels.unit_rows import unit_rows
from lth_keras.granularity import GroupedWeights
from lth_keras.masks import ones
from lth_keras.pruning import prunable_weights
from lth_keras.variables import named_variables
from tests.channels.described import groups_of

NETWORKS = {
    "resnet A": lambda: models.resnet((16, 16, 3), 10, 0.25, depth=8, shortcut="A"),
    "resnet B": lambda: models.resnet((16, 16, 3), 10, 0.25, depth=8, shortcut="B"),
    "densenet": lambda: models.densenet((16, 16, 3), 10, depth=10, growth=4, bottleneck=True),
    "vgg": lambda: models.vgg_16((32, 32, 3), 10, 0.05),
    "residual mlp": lambda: models.residual_mlp((12,), 10, hidden=20),
    "tokens": lambda: models.token_transformer((6,), 10, vocabulary=9, depth=1, units=8, heads=2),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_s_rows_hold_what_pruning_needs(name):
    model = NETWORKS[name]()
    weights = prunable_weights(model)
    channels = groups_of(model)
    rows = unit_rows(channels, weights)
    grouping = GroupedWeights(rows, {weight.key: weight.shape for weight in weights}, "mean")
    generator = np.random.default_rng(5)
    masks = {weight.key: ones(weight.shape) for weight in weights}
    shapes = {key: tuple(variable.shape) for key, variable in named_variables(model).items()}
    for group in channels.groups:
        for place in group.places:
            assert place.units.size == shapes[place.key][place.axis]
            assert set(place.units[place.units >= 0]) == set(range(group.size))
    for _ in range(3):
        before = masks
        alive = grouping.alive(masks)
        for row in rows:
            gone = generator.permutation(np.flatnonzero(alive[row.key]))[:row.size // 4]
            alive[row.key][gone] = False
        masks = grouping.expand(alive, masks)
        assert all(not (masks[key] & ~before[key]).any() for key in masks), "nested"
        # What masks say is cut is what was cut, each unit, in each group.
        cut = channels.cut(masks)
        assert all((cut[row.key] == ~alive[row.key]).all() for row in rows)
        for key, mask in masks.items():  # Nothing outside the cut units changes.
            inside = np.zeros(mask.shape, bool)
            for group in channels.groups:
                for place in group.places:
                    if place.key == key:
                        chosen = (place.units >= 0) & cut[group.name][place.units]
                        np.moveaxis(inside, place.axis, 0)[chosen] = True
            assert (mask == ~inside).all()
