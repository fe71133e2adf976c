"""The default task is the engine as it was before tasks: the same bits, on any machine.

The loss and the accuracy are written down here once more, as plain TensorFlow. Numbers of one
processor would not hold on another; two engines on one machine can be compared bit for bit.
"""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.data import from_arrays
from lth_keras.tasks import Classification
from lth_keras.training import Adam, trainer
from lth_keras.training.engine import Engine

STEPS = 20


class PlainEngine(Engine):
    """The mean cross-entropy of a batch, and the share of right answers; no task is asked."""

    def _gradients(self, images, labels, weights, seed):
        del weights, seed
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape:
            logits = tf.cast(self._model(images, training=True), tf.float32)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
            objective = tf.add_n([loss, *self._model.losses])
        return tape.gradient(objective, variables), loss, logits

    def _update(self, images, labels, weights, seed):
        gradients, loss, logits = self._gradients(images, labels, weights, seed)
        self._apply(gradients, self._model.trainable_variables)
        right = tf.argmax(logits, -1, output_type=tf.int32) == labels
        return tf.stack([loss, tf.reduce_sum(tf.cast(right, tf.float32)) / self._batch_size])

    def _count_batch(self, images, labels, weights, there):
        del weights
        logits = tf.cast(self._model(self._feed.normalize(images), training=False), tf.float32)
        values = (tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits),
                  tf.cast(tf.argmax(logits, -1, output_type=tf.int32) == labels, tf.float32))
        count = tf.reduce_sum(tf.cast(there, tf.float32))
        return tf.stack([
            tf.stack([tf.reduce_sum(tf.where(there, each, 0.0)), count]) for each in values])


def trained(tiny, jit, data):
    """(sums of loss and accuracy, the state's arrays, evaluations) after 20 updates."""
    made = tiny.trainer(Adam(1e-2, l2=1e-3), jit=jit, data=data)
    made.load(tiny.start())
    totals = made.train(tiny.order(), STEPS)
    state = made.state()
    return totals, state, [made.evaluate(split) for split in ("train", "validation", "test")]


@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
def test_the_default_task_is_plain_tensorflow_bit_for_bit(tiny, same, jit, monkeypatch):
    ours = trained(tiny, jit, tiny.data)
    monkeypatch.setattr(trainer, "Engine", PlainEngine)
    plain = trained(tiny, jit, tiny.data)
    assert np.asarray(ours[0]).tobytes() == np.asarray(plain[0]).tobytes()
    same(ours[1].weights, plain[1].weights)
    same(ours[1].optimizer, plain[1].optimizer)
    assert ours[2] == plain[2]


def test_labels_and_data_are_those_of_the_default(tiny):
    """Bound by name, with its defaults, it changes neither labels nor splits nor fingerprint."""
    random = np.random.default_rng(0)
    given = (random.normal(size=(70, 6)), np.arange(70) % 3,
             random.normal(size=(13, 6)), np.arange(13) % 3)
    default, named = from_arrays(*given, validation=7), from_arrays(
        *given, validation=7, task=Classification())
    assert default.fingerprint == named.fingerprint and default.task == named.task
    assert default.labels.dtype == np.int32 and default.labels.tobytes() == named.labels.tobytes()
