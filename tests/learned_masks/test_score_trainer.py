"""Training scores: weights stay, the gradient is NumPy's, what resumes ends with equal bytes."""

import dataclasses

import numpy as np
import pytest

from lth_keras import masks as masks_lib
from lth_keras import pruning
from lth_keras.compat import tf
from lth_keras.errors import RunError
from lth_keras.learned_masks import EdgePopup, ScoreTrainer, Supermask, first_state, mean_kept
from lth_keras.training import SGD, Adam, Checkpoint, TrainingProgress, TrainState
from tests.training.conftest import BATCH

RULES = {"edge-popup": EdgePopup(scaled=True), "supermask": Supermask(rescale=True)}
KERNELS = ("fc1/kernel", "output/kernel")


def start_of(tiny, rule):
    first = tiny.start()
    return dataclasses.replace(first, learned=first_state(
        rule, first.weights, first.masks, np.random.default_rng(3), shapes_of(first.masks)))


def shapes_of(masks):
    return {key: mask.shape for key, mask in masks.items()}


def trainer_of(tiny, rule, optimizer, jit=False):
    return ScoreTrainer(rule, tiny.model(), pruning.RewindingSchedule(3), optimizer, tiny.data,
                        BATCH, 5, jit=jit)


@pytest.fixture(scope="module", params=RULES)
def trained(tiny, request):
    rule = RULES[request.param]
    trainer, start = trainer_of(tiny, rule, Adam(0.05)), start_of(tiny, rule)
    trainer.load(start)
    first = trainer.state()
    trainer.train(tiny.order(), 12)
    return rule, trainer, start, first, trainer.state()


def test_weights_are_untouched(trained):
    rule, trainer, start, _, end = trained
    for key in start.weights:
        weight = start.weights[key]
        if key in KERNELS:
            assert end.learned[f"weight/{key}"].tobytes() == weight.tobytes()
            kept = end.masks[key]
            scale = np.float32(rule.scale(kept.size, kept.sum()))
            np.testing.assert_array_equal(end.weights[key], np.where(kept, weight * scale, 0))
        else:
            np.testing.assert_array_equal(end.weights[key], weight)
    assert trainer.trace_counts()["train"] == 1


def test_scores_move_and_counts_are_exact(trained):
    _, _, start, first, end = trained
    for key in KERNELS:
        assert (end.learned[f"scores/{key}"] != start.learned[f"scores/{key}"]).any()
        assert end.masks[key].sum() == first.masks[key].sum() == start.masks[key].sum()
    masks_lib.check_applied(end.masks, end.weights)


def test_what_is_evaluated_is_what_is_stored(tiny, trained):
    rule, trainer, _, _, end = trained
    trainer.load(end)
    loss, accuracy = trainer.evaluate("test")
    plain = tiny.trainer(Adam(0.05))
    plain.load(TrainState(end.weights, end.masks))
    assert (loss, accuracy) == pytest.approx(plain.evaluate("test"), rel=1e-6)


@pytest.mark.parametrize("name", RULES)
def test_a_checkpoint_goes_on_with_the_same_bytes(tiny, same, tmp_path, name):
    rule = RULES[name]
    trainer, order = trainer_of(tiny, rule, Adam(0.05)), tiny.order()
    trainer.load(start_of(tiny, rule))
    trainer.train(order, 5)
    checkpoint = Checkpoint(tmp_path, 0)
    checkpoint.save(TrainingProgress(trainer.state()))
    trainer.evaluate("test")  # Looking changes nothing.
    trainer.train(order, 6)
    straight = trainer.state()
    other = trainer_of(tiny, rule, Adam(0.05))
    other.load(checkpoint.load().state)
    assert other.step == 5
    other.train(order, 6)
    again = other.state()
    same(again.weights, straight.weights)
    same(again.optimizer, straight.optimizer)
    same(again.learned, straight.learned)


def test_the_gates_kept_are_counted(trained):
    rule, _, start, _, end = trained
    mean = mean_kept(end.learned, 12)
    for key in KERNELS:
        count = start.masks[key].sum()
        # An edge-popup's gate has exactly that many ones; a supermask's about as many.
        assert mean[key] == count if isinstance(rule, EdgePopup) else abs(mean[key] / count - 1) < 1
    assert mean_kept(start.learned, 0) == {}
    with pytest.raises(RunError, match="no gates_kept"):
        mean_kept({"scores/fc1/kernel": np.zeros(2)}, 1)


def softmax_gradient(images, labels, weights):
    """Loss gradients by fc1's and output's kernels of the tiny network, in NumPy."""
    hidden = images @ weights["fc1/kernel"] + weights["fc1/bias"]
    active = np.maximum(hidden, 0)
    logits = active @ weights["output/kernel"] + weights["output/bias"]
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    wrong = exps / exps.sum(axis=1, keepdims=True)
    wrong[np.arange(len(labels)), labels] -= 1
    wrong /= len(labels)
    back = (wrong @ weights["output/kernel"].T) * (hidden > 0)
    return {"fc1/kernel": images.T @ back, "output/kernel": active.T @ wrong}


@pytest.mark.parametrize("name", RULES)
def test_one_update_is_numpys(tiny, name):
    rule, rate = RULES[name], 0.5
    trainer, start = trainer_of(tiny, rule, SGD(rate, 0.0)), start_of(tiny, rule)
    trainer.load(start)
    order = tiny.order()
    trainer.train(order, 1)
    after = trainer.state()
    batch = order.epoch(0)[:BATCH]
    images = tiny.data.normalize(tiny.data.images[batch]).astype(np.float64)
    used, gates = dict(start.weights), {}
    for place, key in enumerate(KERNELS):
        scores, count = start.learned[f"scores/{key}"], start.masks[key].sum()
        seed = tf.random.experimental.stateless_fold_in(tf.constant([0, 0]), 2**21 + place)
        gate = rule.gate(tf.constant(scores), tf.constant(int(count), tf.int32), seed).numpy()
        gates[key] = gate, rule.scale(gate.size, max(1, gate.sum()))
        used[key] = start.weights[key] * gate * gates[key][1]
    gradients = softmax_gradient(images, tiny.data.labels[batch], used)
    for key in KERNELS:
        scores = start.learned[f"scores/{key}"].astype(np.float64)
        passed = gradients[key] * start.weights[key] * gates[key][1]
        if isinstance(rule, EdgePopup):
            step = passed * np.sign(scores)
        else:
            probability = 1 / (1 + np.exp(-scores))
            step = passed * probability * (1 - probability)
        expected = scores - rate * step
        if not isinstance(rule, EdgePopup):
            probability = 1 / (1 + np.exp(-expected))
            surplus = start.masks[key].sum() - probability.sum()
            expected += np.clip(surplus / (probability * (1 - probability)).sum(), -1, 1)
        np.testing.assert_allclose(after.learned[f"scores/{key}"], expected, atol=2e-5)


def test_a_kernel_without_weights_left_is_no_error(tiny):
    rule = EdgePopup(scaled=True)
    first = tiny.start()
    masks = {key: np.zeros_like(mask) for key, mask in first.masks.items()}
    state = dataclasses.replace(first, masks=masks, learned=first_state(
        rule, first.weights, masks, np.random.default_rng(3), shapes_of(masks)))
    trainer = trainer_of(tiny, rule, SGD(0.1))
    trainer.load(state)
    trainer.train(tiny.order(), 2)
    assert masks_lib.total_kept(trainer.state().masks) == 0
