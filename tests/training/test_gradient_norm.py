"""The norm of the gradient over the weights that are kept, against NumPy."""

import dataclasses

import numpy as np
import pytest

from lth_keras import models, pruning
from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.learned_masks import EdgePopup, ScoreTrainer, first_state
from lth_keras.training import SGD, GradientNorm, Trainer, TrainState
from lth_keras.training.precision import building
from tests.training.conftest import BATCH, tiny_network


def norm_by_hand(data, weights, masks):
    """Of the network of `tiny`, on the first batch."""
    first, _ = data.splits["train"]
    x = data.normalize(data.images[first:first + BATCH]).astype(float)
    labels = data.labels[first:first + BATCH]
    hidden = x @ weights["fc1/kernel"] + weights["fc1/bias"]
    active = np.maximum(hidden, 0)
    logits = active @ weights["output/kernel"] + weights["output/bias"]
    shares = np.exp(logits - logits.max(1, keepdims=True))
    error = (shares / shares.sum(1, keepdims=True) - np.eye(3)[labels]) / len(x)
    back = (error @ weights["output/kernel"].T) * (hidden > 0)
    gradients = {"fc1/kernel": x.T @ back, "fc1/bias": back.sum(0),
                 "output/kernel": active.T @ error, "output/bias": error.sum(0)}
    return sum(np.sum((gradient * masks.get(key, 1)) ** 2)
               for key, gradient in gradients.items()) ** 0.5


def test_it_is_that_of_the_first_batch_without_pruned_weights(tiny):
    trainer = tiny.trainer(SGD(0.1), jit=False)
    start = tiny.start()
    trainer.load(start)
    before = trainer.state()
    norm = GradientNorm(trainer)()
    assert norm == pytest.approx(
        norm_by_hand(trainer.data, before.weights, start.masks), rel=1e-4)


def test_a_learned_mask_leaves_weights_out_too(tiny):
    rule, start = EdgePopup(), tiny.start()
    trainer = ScoreTrainer(rule, tiny.model(), pruning.RewindingSchedule(3), SGD(0.1), tiny.data,
                           BATCH, 5, jit=False)
    trainer.load(dataclasses.replace(start, learned=first_state(
        rule, start.weights, start.masks, np.random.default_rng(3),
        {key: mask.shape for key, mask in start.masks.items()})))
    norm = GradientNorm(trainer)
    for _ in range(2):
        state = trainer.state()
        assert norm() == pytest.approx(
            norm_by_hand(tiny.data, state.weights, state.masks), rel=1e-4)
        trainer.train(tiny.order(), 6)


@pytest.mark.parametrize("also", [(), ("e",)])
def test_the_rows_of_an_embedding_that_several_tokens_share(also):
    generator, layers = np.random.default_rng(0), keras.layers

    def network(input_shape, num_classes):
        return keras.Sequential([
            layers.Input(input_shape), layers.Embedding(4, 2, name="e"), layers.Flatten(),
            layers.Dense(num_classes, use_bias=False, name="fc")])

    tokens, labels = generator.integers(0, 4, (30, 3)), np.arange(30) % 3
    data = from_arrays(tokens, labels, tokens, labels)
    trainer = Trainer(models.build_seeded(network, (3,), 3, 1), pruning.RewindingSchedule(3),
                      SGD(0.1), data, BATCH, 5, jit=False, also_prune=also)
    weights = {"e/embeddings": generator.standard_normal((4, 2)).astype(np.float32),
               "fc/kernel": generator.standard_normal((6, 3)).astype(np.float32)}
    masks = {weight.key: generator.random(weight.shape) < 0.6 for weight in trainer.prunable}
    assert len(masks) == 1 + len(also)
    trainer.load(TrainState(weights, masks))
    weights, first = trainer.state().weights, data.splits["train"][0]
    hot = np.eye(4)[data.images[first:first + BATCH].astype(int)]
    read = (hot @ weights["e/embeddings"]).reshape(BATCH, -1)
    shares = np.exp(read @ weights["fc/kernel"])
    error = shares / shares.sum(1, keepdims=True)
    error = (error - np.eye(3)[data.labels[first:first + BATCH]]) / BATCH
    back = (error @ weights["fc/kernel"].T).reshape(BATCH, 3, 2)
    squares = np.sum((read.T @ error * masks["fc/kernel"]) ** 2) + np.sum(
        (np.einsum("ntv,ntu->vu", hot, back) * masks.get("e/embeddings", 1)) ** 2)
    assert GradientNorm(trainer)() == pytest.approx(squares ** 0.5, rel=1e-4)


def test_gradients_below_the_smallest_half_precision_number(tiny):
    start = tiny.start()
    data = dataclasses.replace(tiny.data, labels=np.zeros_like(tiny.data.labels))
    # The shares of the other classes are about exp(−16). An eighth of that, a gradient of the mean
    # over the batch, is below float16's smallest number.
    start.weights["output/bias"][:] = 16, 0, 0
    with building("mixed_float16"):
        model = models.build_seeded(tiny_network, data.input_shape, data.num_outputs, 1)
    trainer = Trainer(model, pruning.RewindingSchedule(3), SGD(0.1), data, BATCH, 5, jit=False,
                      precision="mixed_float16")
    trainer.load(start)
    weights = trainer.state().weights
    assert GradientNorm(trainer)() == pytest.approx(
        norm_by_hand(data, weights, start.masks), rel=0.1)
