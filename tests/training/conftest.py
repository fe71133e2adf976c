"""A network of a few weights and data of a few examples, so that only tracing takes time."""

import types

import numpy as np
import pytest

from lth_keras import models, pruning
from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.training import DataOrder, Trainer, TrainState
from lth_keras.variables import named_variables, snapshot

BATCH = 8


def tiny_network(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(8, "relu", name="fc1")(inputs)
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(x), name="tiny")


def _data():
    generator = np.random.default_rng(0)

    def split(count):
        labels = np.arange(count) % 3
        return generator.normal(size=(count, 6)) + labels[:, None], labels

    # 70 − 7 = 63 to train on: not a multiple of the batch; 13 to test on, not of the evaluation's.
    return from_arrays(*split(70), *split(13), validation=7, name="tiny", mean=0.5, std=2.0)


def _masks(model, seed):
    generator = np.random.default_rng(seed)
    return {
        weight.key: generator.random(weight.shape) < 0.5
        for weight in pruning.prunable_weights(model)
    }


@pytest.fixture(scope="session")
def tiny():
    """The data, and functions that make what a test needs over them."""
    data = _data()

    def model(seed=1, model_fn=tiny_network):
        return models.build_seeded(model_fn, data.input_shape, data.num_outputs, seed)

    def trainer(optimizer, data=data, model_fn=tiny_network, **arguments):
        arguments = {"batch_size": BATCH, "evaluation_batch_size": 5, "jit": False, **arguments}
        return Trainer(model(model_fn=model_fn), pruning.RewindingSchedule(3), optimizer, data,
                       **arguments)

    def start(seed=1, mask_seed=2, model_fn=tiny_network):
        plain = model(seed, model_fn)
        return TrainState(snapshot(named_variables(plain)), _masks(plain, mask_seed))

    def order(seed=4):
        return DataOrder(seed, data.train_size, BATCH)

    return types.SimpleNamespace(
        data=data, model=model, trainer=trainer, start=start, order=order,
        masks=lambda seed: _masks(model(), seed),
    )


@pytest.fixture(scope="session")
def same():
    """Checks two dicts of arrays for equality of every byte."""

    def check(one, other):
        assert set(one) == set(other)
        for key in one:
            assert one[key].tobytes() == other[key].tobytes(), key

    return check
