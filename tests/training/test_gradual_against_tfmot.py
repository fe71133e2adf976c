"""Gradual pruning, mask for mask against TFMOT's PolynomialDecay under `model.fit`."""

import numpy as np
import pytest

from lth_keras import masks as masks_lib
from lth_keras.compat import keras, tfmot
from lth_keras.mask_updates import GradualMagnitude
from lth_keras.training import (
    SGD,
    Adam,
    MaskUpdates,
    Plan,
    TrainingProgress,
    TrainState,
    train_network,
)
from lth_keras.training.loop import _change
from lth_keras.variables import named_variables, plain, snapshot

STEPS, LAST = 40, 36
SPARSITY = 0.75


def by_fit(tiny, start, optimizer):
    """({step: masks} as TFMOT changed them in one epoch of `model.fit`, last masked weights)."""
    model = tiny.model()
    for key, variable in named_variables(model).items():
        variable.assign(start.weights[key])
    # Its steps are ours plus one: it counts a step before it asks for a mask.
    wrapped = tfmot.sparsity.keras.prune_low_magnitude(model, tfmot.sparsity.keras.PolynomialDecay(
        0.0, SPARSITY, begin_step=1, end_step=LAST + 1, frequency=3))
    wrapped.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    seen = {}

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch % 3 == 0 and 0 < batch <= LAST:
                seen[batch] = {
                    f"{plain(layer).name}/kernel": mask.numpy() != 0
                    for layer in wrapped.layers
                    for _, mask, _ in getattr(layer, "pruning_vars", ())}

    order = tiny.order()
    chosen = np.concatenate([order.epoch(epoch)[:56] for epoch in range(6)])[: 8 * STEPS]
    wrapped.fit(
        tiny.data.normalize(tiny.data.images[chosen]), tiny.data.labels[chosen], 8, shuffle=False,
        verbose=0, callbacks=[tfmot.sparsity.keras.UpdatePruningStep(), Watch()])
    return seen, snapshot(named_variables(wrapped))


def by_engine(tiny, start, optimizer, tfmot, monkeypatch):
    """The same by the engine."""
    seen = {}

    def watched(trainer, progress, change):
        _change(trainer, progress, change)
        seen[trainer.step] = change.masks

    monkeypatch.setattr("lth_keras.training.loop._change", watched)
    rule = GradualMagnitude("3it", until=f"{LAST}it", tfmot=tfmot)
    target = {key: round((1 - SPARSITY) * mask.size) for key, mask in start.masks.items()}
    plan = Plan(0, STEPS, 10, tiny.order(), updates=MaskUpdates(
        rule, 0, LAST, rule.steps(0, STEPS, 7), target, 0))
    progress = train_network(tiny.trainer(optimizer), plan, TrainingProgress(start))
    return seen, progress.state.weights


def revived(masks):
    """How often a weight came back."""
    steps = list(masks)
    return sum(int((masks[after][key] & ~masks[before][key]).sum())
               for before, after in zip(steps, steps[1:]) for key in masks[after])


@pytest.mark.parametrize("ours, theirs, tfmot, comes_back", [
    # Where nothing comes back under TFMOT, the default does the same: a pruned weight never counts.
    (SGD(2e-2, 0.0), lambda: keras.optimizers.SGD(2e-2), False, False),
    (Adam(5e-2), lambda: keras.optimizers.Adam(5e-2, epsilon=1e-8), True, False),
    (SGD(0.5, 0.9), lambda: keras.optimizers.SGD(0.5, 0.9), True, True),
], ids=["sgd", "adam_as_tfmot", "momentum_as_tfmot"])
def test_equal_mask_for_mask(tiny, ours, theirs, tfmot, comes_back, monkeypatch):
    start = tiny.start()
    start = TrainState(
        start.weights, {key: np.ones_like(mask) for key, mask in start.masks.items()})
    expected, weights = by_fit(tiny, start, theirs())
    found, trained = by_engine(tiny, start, ours, tfmot, monkeypatch)
    assert list(found) == list(expected) == list(range(3, LAST + 1, 3))
    for step, masks in expected.items():
        assert masks_lib.kept(found[step]) == masks_lib.kept(masks), step
        for key, mask in masks.items():
            np.testing.assert_array_equal(found[step][key], mask, err_msg=f"{key} at {step}")
    assert bool(revived(expected)) is comes_back
    assert masks_lib.kept(found[LAST]) == {"fc1/kernel": 12, "output/kernel": 6}
    for key, array in trained.items():
        np.testing.assert_allclose(array, weights[key], rtol=1e-3, atol=1e-4, err_msg=key)
