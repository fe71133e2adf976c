"""Each task in the compiled engine against a plain Keras loop with Keras's own loss."""

import dataclasses

import numpy as np
import pytest

from lth_keras import models, pruning
from lth_keras.compat import keras, tf
from lth_keras.data import from_arrays
from lth_keras.metric import Metric
from lth_keras.tasks import (
    BinaryClassification,
    Classification,
    LanguageModel,
    Regression,
    Task,
    weighted,
)
from lth_keras.training import Adam, DataOrder, Trainer, TrainState
from lth_keras.variables import named_variables, snapshot

STEPS, BATCH, EXAMPLES, TESTS = 20, 8, 40, 13
RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(EXAMPLES + TESTS, 4, 3)).astype(np.float32)
WEIGHTS = RANDOM.random(EXAMPLES + TESTS).astype(np.float32) * (np.arange(EXAMPLES + TESTS) % 4 > 0)


@dataclasses.dataclass(frozen=True)
class Pinball(Task):
    """A user's own task: a quantile, judged by how often it is not exceeded."""

    quantile: float = 0.8
    metrics = (Metric("coverage", is_share=True),)

    def loss(self, labels, outputs, weights):
        above = labels - outputs
        return weighted(tf.maximum(self.quantile * above, (self.quantile - 1) * above), weights)

    def metric(self, labels, outputs, weights):
        return (weighted(tf.cast(labels <= outputs, tf.float32), weights),)


def one_answer(input_shape, outputs):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(8, "tanh", name="fc1")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(outputs, name="output")(x))


def answers_by_place(input_shape, outputs):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(8, "tanh", name="fc1")(inputs)
    return keras.Model(inputs, keras.layers.Dense(outputs, name="output")(x))


def classes(*shape, number=3):
    labels = RANDOM.integers(0, number, (EXAMPLES + TESTS, *shape))
    labels.flat[:number] = range(number)
    return labels


def smoothed(labels, outputs, weights):
    return keras.losses.CategoricalCrossentropy(
        True, label_smoothing=0.1, reduction="none")(np.eye(3)[labels], outputs), weights


def with_ignored(labels, outputs, weights):
    each = keras.losses.SparseCategoricalCrossentropy(True, reduction="none")(
        np.where(labels == 9, 0, labels), outputs)
    own = np.array([1.0, 2.0, 3.0] + [0.0] * 7, np.float32)[labels]
    return each, own if weights is None else own * weights[:, None]


def standardised(labels, outputs, weights):
    train = _NUMBERS[:EXAMPLES]
    if weights is not None:  # What counts for nothing does not standardise.
        train = train[WEIGHTS[:EXAMPLES] > 0]
    labels = (labels - train.mean(0)) / train.std(0)
    return keras.losses.MeanSquaredError("none")(labels, outputs), weights


def tokens(labels, outputs, weights):
    each = keras.losses.SparseCategoricalCrossentropy(True, reduction="none")(labels, outputs)
    return each, None if weights is None else np.repeat(weights[:, None], 4, 1)


def pinball(labels, outputs, weights):
    above = labels[:, None] - outputs
    return tf.maximum(0.8 * above, -0.2 * above)[:, 0], weights


_IGNORING = classes(4)
_IGNORING[RANDOM.random(_IGNORING.shape) < 0.3] = 9
_NUMBERS = RANDOM.normal(50, 9, (EXAMPLES + TESTS, 2)).astype(np.float32)
# (task, labels, model, (losses of a batch, what each counts for))
CASES = {
    "smoothed": (Classification(label_smoothing=0.1), classes(), one_answer, smoothed),
    "positions": (Classification(3, ignore_label=9, class_weights=(1.0, 2.0, 3.0)), _IGNORING,
                  answers_by_place, with_ignored),
    "several": (
        BinaryClassification(), RANDOM.integers(0, 2, (EXAMPLES + TESTS, 3)), one_answer,
        lambda labels, outputs, weights: (keras.losses.BinaryCrossentropy(
            True, reduction="none")(labels, outputs), weights)),
    "regression": (Regression(), _NUMBERS, one_answer, standardised),
    "tokens": (LanguageModel(), classes(4, number=5), answers_by_place, tokens),
    "own": (Pinball(), RANDOM.normal(size=EXAMPLES + TESTS), one_answer, pinball),
}


def plain_keras(model, start, data, order, labels, loss_of):
    """Twenty updates, eager, as one would write them down: (weights, losses)."""
    variables, losses = named_variables(model), []
    for key, variable in variables.items():
        variable.assign(start[key])
    optimizer = keras.optimizers.Adam(1e-2, epsilon=1e-8)
    for step in range(STEPS):
        epoch, batch = divmod(step, EXAMPLES // BATCH)
        chosen = order.epoch(epoch)[batch * BATCH : (batch + 1) * BATCH]
        weights = None if data.weights is None else data.weights[chosen]
        with tf.GradientTape() as tape:
            each, counts = loss_of(labels[chosen], model(data.images[chosen]), weights)
            counts = np.ones(each.shape, np.float32) if counts is None else counts
            loss = tf.reduce_sum(each * counts) / np.sum(counts)
        keys = list(variables)
        gradients = tape.gradient(loss, [variables[key] for key in keys])
        optimizer.apply_gradients(zip(gradients, [variables[key] for key in keys], strict=True))
        losses.append(float(loss))
    return snapshot(variables), losses


@pytest.mark.parametrize("case, is_weighted, jit", [
    ("smoothed", True, False), ("positions", False, True), ("positions", True, False),
    ("several", True, False), ("regression", True, False), ("tokens", True, False),
    ("own", False, False), ("own", True, False),
])
def test_equals_a_plain_keras_loop(case, is_weighted, jit):
    task, labels, model_fn, loss_of = CASES[case]
    weights = WEIGHTS if is_weighted else None
    data = from_arrays(
        INPUTS[:EXAMPLES], labels[:EXAMPLES], INPUTS[EXAMPLES:], labels[EXAMPLES:], task=task,
        **({"w_train": weights[:EXAMPLES], "w_test": weights[EXAMPLES:]} if is_weighted else {}))
    plain = models.build_seeded(model_fn, data.input_shape, data.output_shape, 1)
    start, order = snapshot(named_variables(plain)), DataOrder(4, EXAMPLES, BATCH)
    expected, losses = plain_keras(plain, start, data, order, labels, loss_of)
    trainer = Trainer(plain, pruning.RewindingSchedule(3), Adam(1e-2), data, BATCH,
                      evaluation_batch_size=5, jit=jit)
    everything = {weight.key: np.ones(weight.shape, bool) for weight in trainer.prunable}
    trainer.load(TrainState(start, everything))
    totals = trainer.train(order, STEPS)
    trained = trainer.state().weights
    for key, array in expected.items():
        np.testing.assert_allclose(trained[key], array, rtol=2e-4, atol=4e-6, err_msg=key)
        assert np.abs(array - start[key]).max() > 1e-2, "it has to have moved"
    assert totals[0] / STEPS == pytest.approx(np.mean(losses), rel=1e-5)
    _check_evaluation(trainer, plain, expected, data, labels[EXAMPLES:], loss_of)


def _check_evaluation(trainer, plain, weights, data, labels, loss_of):
    """In batches of 5 of 13 examples: the loss is that of all of them at once."""
    for key, variable in named_variables(plain).items():
        variable.assign(weights[key])
    own = None if data.weights is None else data.weights[EXAMPLES:]
    each, counts = loss_of(labels, plain(data.images[EXAMPLES:]), own)
    counts = np.ones(each.shape) if counts is None else counts
    loss, *measured = trainer.evaluate("test")
    assert loss == pytest.approx(np.sum(each * counts) / np.sum(counts), rel=2e-4)
    assert len(measured) == len(data.task.metrics) and np.isfinite(measured).all()
