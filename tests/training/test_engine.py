"""The compiled engine against plain Keras: the same numbers, however it is compiled or fed."""

import dataclasses

import numpy as np
import pytest

from lth_keras.compat import keras, tf
from lth_keras.training import SGD, Adam
from lth_keras.variables import named_variables, snapshot

STEPS = 20  # Two and a half epochs.


def plain_keras(tiny, start, optimizer, l2, steps=STEPS):
    """An eager loop over an unwrapped model, as one would write it down: (weights, losses)."""
    model = tiny.model()
    variables = named_variables(model)
    for key, variable in variables.items():
        variable.assign(start.weights[key] * start.masks.get(key, 1.0))
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    images = tiny.data.normalize(tiny.data.images)
    order, losses = tiny.order(), []
    for step in range(steps):
        epoch, batch = divmod(step, 63 // 8)
        chosen = order.epoch(epoch)[batch * 8 : (batch + 1) * 8]
        with tf.GradientTape() as tape:
            loss = loss_of(tiny.data.labels[chosen], model(images[chosen], training=True))
        keys = list(variables)
        gradients = tape.gradient(loss, [variables[key] for key in keys])
        pairs = [
            ((gradient + l2 * variables[key]) * start.masks.get(key, np.float32(1)), variables[key])
            for key, gradient in zip(keys, gradients, strict=True)
        ]
        optimizer.apply_gradients(pairs)
        losses.append(float(loss))
    return snapshot(variables), losses


CASES = {
    "adam": (Adam(1e-2, l2=1e-2), lambda: keras.optimizers.Adam(1e-2, epsilon=1e-8), 1e-2),
    "momentum": (SGD(5e-2, 0.9), lambda: keras.optimizers.SGD(5e-2, 0.9), 0.0),
}


@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
@pytest.mark.parametrize("case", CASES)
def test_equals_a_plain_keras_loop(tiny, case, jit):
    configured, build, l2 = CASES[case]
    start = tiny.start()
    expected, losses = plain_keras(tiny, start, build(), l2)
    trainer = tiny.trainer(configured, jit=jit)
    trainer.load(start)
    totals = trainer.train(tiny.order(), STEPS)
    state = trainer.state()
    for key, array in expected.items():
        np.testing.assert_allclose(state.weights[key], array, rtol=1e-4, atol=2e-6, err_msg=key)
        assert np.abs(array - start.weights[key]).max() > 1e-2, "it has to have moved"
    assert totals[0] / STEPS == pytest.approx(np.mean(losses), rel=1e-5)
    assert state.step == STEPS


def test_a_streamed_feed_equals_the_resident_one(tiny, same):
    states = []
    for limit in (4096, 0):
        data = dataclasses.replace(tiny.data, device_limit_mb=limit)
        trainer = tiny.trainer(Adam(1e-2), data=data)
        assert trainer._feed.compiles == (limit > 0)
        trainer.load(tiny.start())
        # Stretches that begin and end within epochs.
        for steps in (5, 9, 6):
            trainer.train(tiny.order(), steps)
        states.append((trainer.state().weights, trainer.evaluate("test")))
    same(states[0][0], states[1][0])
    assert states[0][1] == states[1][1]


def test_however_a_stretch_is_cut_it_is_the_same(tiny, same):
    trainer = tiny.trainer(Adam(1e-2))
    states = []
    for cuts in ((STEPS,), (3, 1, 10, 6)):
        trainer.load(tiny.start())
        for steps in cuts:
            trainer.train(tiny.order(), steps)
        states.append(trainer.state())
    same(states[0].weights, states[1].weights)
    same(states[0].optimizer, states[1].optimizer)
    assert trainer.trace_counts()["train"] == 1


@pytest.mark.parametrize("split, size", [("train", 63), ("validation", 7), ("test", 13)])
@pytest.mark.parametrize("batch", [5, 13, 100])
def test_evaluation_equals_numpy(tiny, split, size, batch):
    trainer = tiny.trainer(Adam(), evaluation_batch_size=batch, jit=batch == 5)
    start = tiny.start()
    trainer.load(start)
    first, stop = tiny.data.splits[split]
    assert stop - first == size
    x = tiny.data.normalize(tiny.data.images[first:stop]).astype(np.float64)
    w = {key: array * start.masks.get(key, 1.0) for key, array in start.weights.items()}
    hidden = np.maximum(x @ w["fc1/kernel"] + w["fc1/bias"], 0)
    logits = hidden @ w["output/kernel"] + w["output/bias"]
    labels = tiny.data.labels[first:stop]
    losses = np.log(np.exp(logits).sum(1)) - logits[np.arange(size), labels]
    loss, accuracy = trainer.evaluate(split)
    assert loss == pytest.approx(losses.mean(), rel=1e-5)
    assert accuracy == np.mean(logits.argmax(1) == labels)


def test_an_empty_split_has_no_evaluation(tiny):
    splits = {**tiny.data.splits, "validation": (63, 63)}
    trainer = tiny.trainer(Adam(), data=dataclasses.replace(tiny.data, splits=splits))
    assert trainer.evaluate("validation") == (None, None)
