"""Masks that change between two stretches of training, and what has to change with them."""

import dataclasses

import numpy as np
import pytest

from lth_keras import masks as masks_lib
from lth_keras import models
from lth_keras.compat import keras, tf
from lth_keras.data import from_arrays
from lth_keras.mask_updates import SET, SNFS, GradualMagnitude, MaskUpdate, RigL
from lth_keras.pruning import RewindingSchedule
from lth_keras.tasks import LanguageModel
from lth_keras.training import (
    SGD,
    Adam,
    Checkpoint,
    DataOrder,
    Interrupted,
    MaskUpdates,
    Plan,
    Trainer,
    TrainingProgress,
    TrainState,
    building,
    train_network,
)
from lth_keras.training.loop import _change
from lth_keras.variables import named_variables, snapshot

STOP = 24
RULES = {
    "rigl": RigL("3it"), "set": SET("4it"), "snfs": SNFS("3it"),
    "gradual": GradualMagnitude("3it"), "as_tfmot": GradualMagnitude("3it", tfmot=True),
}


@pytest.fixture(scope="module")
def trainer(tiny):
    return tiny.trainer(Adam(2e-2, l2=1e-3))


def plan_of(tiny, rule, start, every=10):
    target = masks_lib.kept(start.masks)
    return Plan(0, STOP, every, tiny.order(), 3, updates=MaskUpdates(
        rule, 0, rule.last(0, STOP, 7), rule.steps(0, STOP, 7), target, 11))


def first(tiny, rule):
    start = tiny.start()
    target = start.masks
    start.masks = rule.first(target)
    return start, target


def trained(tiny, trainer, rule, every=10, **arguments):
    start, target = first(tiny, rule)
    plan = plan_of(tiny, rule, start, every)
    plan.updates.target.update(masks_lib.kept(target))
    return train_network(trainer, plan, TrainingProgress(start), **arguments)


@pytest.fixture(params=RULES)
def rule(request):
    return RULES[request.param]


def test_counts_zeros_and_moments_at_each_update(tiny, trainer, rule, monkeypatch):
    seen = []

    def watched(trainer, progress, change):
        before = trainer.state()
        _change(trainer, progress, change)
        seen.append((before, trainer.state()))

    monkeypatch.setattr("lth_keras.training.loop._change", watched)
    progress = trained(tiny, trainer, rule)
    assert [after.step for _, after in seen] == list(rule.steps(0, STOP, 7))
    assert progress.updates == len(seen)
    for before, after in seen:
        assert before.step == after.step
        for key, mask in after.masks.items():
            grown = mask & ~before.masks[key]
            stays = mask & before.masks[key]
            assert not after.weights[key][~mask].any()
            np.testing.assert_array_equal(after.weights[key][stays], before.weights[key][stays])
            if not rule.revives:
                assert not after.weights[key][grown].any()
                for slot in moments(after, key):
                    assert not slot[grown].any() and slot[stays].any()
        # Biases are no part of it.
        np.testing.assert_array_equal(after.weights["fc1/bias"], before.weights["fc1/bias"])
    target = masks_lib.kept(first(tiny, rule)[1])
    final = masks_lib.kept(progress.state.masks)
    if rule.moves_between_layers:
        assert sum(final.values()) == sum(target.values())
    else:
        assert final == target
    moved = sum(int((mask != seen[0][0].masks[key]).sum())
                for key, mask in progress.state.masks.items())
    assert moved > 4
    assert trainer.trace_counts()["train"] == 1


def moments(state, key):
    return [array for name, array in state.optimizer.items()
            if name.endswith(key) and array.shape == state.masks[key].shape]


def test_only_counts_that_change_are_noted(tiny, trainer):
    assert trained(tiny, trainer, RigL("3it")).kept == [
        {"from_step": 0, "weights": masks_lib.kept(tiny.start().masks)}]
    kept = trained(tiny, trainer, GradualMagnitude("3it")).kept
    # From 15 to 18 less than half a weight of a layer would go.
    assert [each["from_step"] for each in kept] == [0, 3, 6, 9, 12, 15]


@pytest.mark.parametrize("questions", [0, 1, 2, 5, 8])
def test_stopped_anywhere_it_ends_with_the_same_bytes(tiny, trainer, same, rule, questions,
                                                      tmp_path):
    whole = trained(tiny, trainer, rule)
    left = [questions]

    def stop():
        left[0] -= 1
        return left[0] < 0

    checkpoint = Checkpoint(tmp_path, 0)
    start, target = first(tiny, rule)
    plan = plan_of(tiny, rule, start)
    plan.updates.target.update(masks_lib.kept(target))
    progress = TrainingProgress(start)
    with pytest.raises(Interrupted):
        train_network(trainer, plan, progress, checkpoint=checkpoint, should_stop=stop)
    if questions % 2:  # A kill leaves what was kept at a pause; a request to stop keeps it now.
        checkpoint.save(progress)
    trained(tiny, trainer, SET("2it"))  # Another network in between.
    found = train_network(trainer, plan, checkpoint.load() or TrainingProgress(start))
    same(found.state.weights, whole.state.weights)
    same(found.state.masks, whole.state.masks)
    same(found.state.optimizer, whole.state.optimizer)
    assert found.evaluations == whole.evaluations
    assert (found.kept, found.updates) == (whole.kept, whole.updates)


def test_how_often_it_is_evaluated_changes_no_weight(tiny, trainer, same, rule):
    often, seldom = (trained(tiny, trainer, rule, every) for every in (1, STOP))
    same(often.state.weights, seldom.state.weights)
    same(often.state.masks, seldom.state.masks)


def test_an_evaluation_reads_the_network_before_its_update(tiny, trainer):
    values = {
        every: {each.step: each.test_loss for each in trained(
            tiny, trainer, SET("4it"), every).evaluations} for every in (4, 5)}
    still = train_network(trainer, Plan(0, 4, 4, tiny.order(), 3), TrainingProgress(tiny.start()))
    assert values[4][4] == still.evaluations[-1].test_loss
    assert values[4][20] == values[5][20]


def normalized(input_shape, num_classes):
    """Two prunable layers around batch normalisation."""
    x = inputs = keras.Input(input_shape)
    x = keras.layers.Dense(8, "relu", name="fc1")(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(x), name="bn")


@pytest.mark.parametrize("step", [0, 5])
def test_gradients_are_those_of_the_next_batch_and_change_nothing(tiny, same, step):
    trainer = tiny.trainer(Adam(1e-2, l2=1e-2), model_fn=normalized)
    trainer.load(tiny.start(model_fn=normalized))
    if step:
        trainer.train(tiny.order(), step)
    before = trainer.state()
    asked = []

    class Asking(MaskUpdate):
        def masks(self, inputs):
            asked.append(inputs.network.gradients())
            return inputs.masks

    updates = MaskUpdates(Asking(), 0, step + 2, range(step, step + 2), {}, 0)
    for _ in range(2):
        trainer.proposed_change(updates, tiny.order())
    after = trainer.state()
    same(after.weights, before.weights)
    same(after.optimizer, before.optimizer)
    same(asked[0], asked[1])
    assert trainer.trace_counts()["gradients"] == 1

    model, data = tiny.model(model_fn=normalized), tiny.data
    variables = named_variables(model)
    for key, variable in variables.items():
        variable.assign(before.weights[key])
    chosen = tiny.order().epoch(0)[8 * step : 8 * step + 8]
    with tf.GradientTape() as tape:
        outputs = model(data.normalize(data.images[chosen]), training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
            data.labels[chosen], outputs))
    for key, gradient in zip(asked[0], tape.gradient(loss, [variables[k] for k in asked[0]])):
        np.testing.assert_allclose(asked[0][key], gradient, rtol=1e-4, atol=1e-6)
        assert asked[0][key][~before.masks[key]].any()


@pytest.mark.parametrize("rule", [RULES["rigl"], RULES["set"]], ids=["rigl", "set"])
def test_a_network_that_diverged_is_recorded_and_not_updated(tiny, rule):
    progress = trained(tiny, tiny.trainer(SGD(1e30)), rule)
    assert progress.diverged and progress.state.step == 10


def test_networks_without_updates_train_as_before(tiny, trainer, same):
    plan = Plan(0, STOP, 10, tiny.order(), 3)
    before = train_network(trainer, plan, TrainingProgress(tiny.start()))
    trained(tiny, trainer, RULES["as_tfmot"])
    after = train_network(trainer, plan, TrainingProgress(tiny.start()))
    same(before.state.weights, after.state.weights)
    same(before.state.optimizer, after.state.optimizer)
    for key, mask in after.state.masks.items():
        assert not any(slot[~mask].any() for slot in moments(after.state, key))


def test_a_loss_scale_that_only_pruned_weights_feel_leaves_out_no_update(tiny):
    images = tiny.data.images.copy()
    images[:, 0] *= 1000  # All weights of this input are pruned, and their gradients are large.
    with building("mixed_float16"):
        trainer = tiny.trainer(
            SGD(1e-6), dataclasses.replace(tiny.data, images=images), precision="mixed_float16")
        start = tiny.start()
    start.masks["fc1/kernel"][0] = False
    trainer.load(start)
    start.optimizer = trainer.state().optimizer
    (scale,) = (name for name in start.optimizer if "loss_scale" in name)
    start.optimizer[scale] = np.float32(2.0**24)
    plan = plan_of(tiny, RULES["rigl"], start)
    still = train_network(
        trainer, dataclasses.replace(plan, updates=None), TrainingProgress(start))
    # Training itself halves the scale only until the weights that are kept bear it.
    assert still.state.optimizer[scale] > 2.0**12
    trainer.load(still.state)
    gradient = trainer._engine.gradients(
        trainer._epoch_source(plan.order, 0, 0, 1), tf.constant(0), tf.constant([3, 0]))[0]
    assert not np.isfinite(gradient.numpy()[0]).all() and np.isfinite(gradient.numpy()[1:]).all()

    progress = train_network(trainer, plan, TrainingProgress(start))
    assert progress.updates == len(plan.updates.steps) and not progress.diverged
    assert progress.state.masks["fc1/kernel"][0].any(), "the largest gradients were seen"
    before = trainer.state().optimizer[scale]
    assert trainer.proposed_change(plan.updates, plan.order, 3) is not None
    assert trainer.state().optimizer[scale] == before


def embedded(input_shape, vocabulary):
    inputs = keras.Input(input_shape)
    x = keras.layers.Embedding(vocabulary, 4, name="embedding")(inputs)
    return keras.Model(inputs, keras.layers.Dense(vocabulary, name="output")(x))


def test_an_embedding_that_is_pruned_has_its_mask_updated():
    tokens = np.random.default_rng(0).integers(0, 5, (24, 6))
    data = from_arrays(tokens[:, :-1], tokens[:, 1:], tokens[:4, :-1], tokens[:4, 1:],
                       task=LanguageModel(vocabulary=7))  # Tokens 5 and 6 never come.
    model = models.build_seeded(embedded, data.input_shape, data.output_shape, 1)
    trainer = Trainer(model, RewindingSchedule(1), SGD(0.1), data, 8, jit=False,
                      also_prune=("embedding",))
    masks = {each.key: np.random.default_rng(1).random(each.shape) < 0.5
             for each in trainer.prunable}
    trainer.load(TrainState(snapshot(named_variables(model)), masks))
    asked = []

    class Asking(RigL):
        def masks(self, inputs):
            asked.append(inputs.network.gradients())
            return super().masks(inputs)

    updates = MaskUpdates(Asking("1it", drop=0.5), 0, 4, range(0, 4), masks_lib.kept(masks), 1)
    change = trainer.proposed_change(updates, DataOrder(4, data.train_size, 8))
    assert masks_lib.kept(change.masks) == masks_lib.kept(masks)
    key = "embedding/embeddings"
    assert (change.masks[key] != masks[key]).any()
    assert asked[0][key].shape == (7, 4)
    assert asked[0][key][:5].any() and not asked[0][key][5:].any()
