"""The narrower network's trainer against that with zeros; `test_compact_training.py` has runs."""

import types

import numpy as np
import pytest

from lth_keras.channels import ChannelGroups, kernel_rules, unit_rows
from lth_keras.compat import keras, tf
from lth_keras.granularity import Units
from lth_keras.masks import ones
from lth_keras.pruning import RewindingSchedule, prunable_weights
from lth_keras.training import (
    SGD,
    Adam,
    CompactTrainer,
    CompactTrainers,
    Trainer,
    TrainState,
    compact_trainer,
)
from lth_keras.variables import named_variables, snapshot

layers = keras.layers


def normalized(input_shape, num_classes):
    """A sum and two batch normalisations: what goes with a unit beside its weights.

    A bias in front of them would have a gradient of rounding alone, which Adam makes large.
    """
    inputs = keras.Input(input_shape)
    x = layers.BatchNormalization(name="bn1")(layers.Dense(8, use_bias=False, name="a")(inputs))
    y = layers.Dense(6, "relu", name="b")(x)
    x = layers.Add()([x, layers.Dense(8, use_bias=False, name="c")(y)])
    x = layers.ReLU()(layers.BatchNormalization(name="bn2")(x))
    return keras.Model(inputs, layers.Dense(num_classes, name="out")(x))


def with_softmax(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = layers.Dense(8, activation=tf.nn.softmax, name="a")(inputs)
    return keras.Model(inputs, layers.Dense(num_classes, name="out")(x))


def pair(tiny, make, optimizer):
    """The trainer with zeros, `CompactTrainers`, and a state of which every second unit is cut."""
    model = tiny.model(model_fn=make)
    weights = prunable_weights(model)
    channels = ChannelGroups(model, [weight.key for weight in weights])
    full = tiny.trainer(optimizer, model_fn=make, channels=channels)
    compact = CompactTrainers(model, channels, full, lambda plain: Trainer(
        plain, RewindingSchedule(3), optimizer, tiny.data, full.batch_size, 5, jit=False))
    grouping = Units().grouping(weights, lambda: unit_rows(channels, weights))
    masks = grouping.expand({row.key: np.arange(row.size) % 2 == 1 for row in grouping.rows},
                            {weight.key: ones(weight.shape) for weight in weights})
    state = TrainState(snapshot(named_variables(model)), masks)
    return types.SimpleNamespace(full=full, compact=compact, state=state, masks=masks)


@pytest.mark.parametrize("optimizer", [SGD(1e-2, 0.9, nesterov=True), Adam(1e-3, l2=1e-4)])
def test_a_hundred_updates_with_zeros_and_without_the_units_are_equal(tiny, optimizer):
    made, order, ended = pair(tiny, normalized, optimizer), tiny.order(), []
    narrow = made.compact.for_masks(made.masks)
    assert isinstance(narrow, CompactTrainer)
    assert narrow.trainer.model.count_params() < made.full.model.count_params()
    for trainer in (made.full, narrow):
        trainer.load(made.state)
        trainer.train(order, 50)
        trainer.load(trainer.state())  # As from a checkpoint: the moments go there and back.
        trainer.train(order, 50)
        ended.append(trainer.state())
    with_zeros, without = ended
    assert with_zeros.step == without.step == 100
    for part in ("masks", "weights", "optimizer"):
        expected, found = getattr(with_zeros, part), getattr(without, part)
        assert expected.keys() == found.keys()
        for key, array in expected.items():
            np.testing.assert_allclose(
                found[key].astype(float), array.astype(float), rtol=0, atol=1e-4, err_msg=key)
    assert not np.array_equal(without.weights["bn1/moving_mean"],
                              made.state.weights["bn1/moving_mean"])


def test_a_narrower_network_that_computes_something_else_is_not_trained(tiny, monkeypatch):
    # As if a softmax were taken for an activation that treats each unit alone.
    monkeypatch.setattr(kernel_rules, "is_channelwise", lambda function: True)
    said = []
    monkeypatch.setattr(compact_trainer.logging, "warning", lambda text, *values: said.append(
        text % values))
    made = pair(tiny, with_softmax, SGD(0.1))
    for _ in range(2):
        assert made.compact.for_masks(made.masks) is made.full
    (line,) = said
    assert "gives outputs that differ by" in line and "{'a': {'units': 4}}" in line
