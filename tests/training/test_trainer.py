"""A trainer loads and returns complete states: rewinding, masks, no new tracing."""

import dataclasses

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training import SGD, Adam, AdamW, CosineDecay, KerasOptimizer, TrainState

OPTIMIZERS = {
    "adam": Adam(CosineDecay(2e-2, "6ep", "1ep"), l2=1e-3),
    "adamw": AdamW(1e-2, weight_decay=0.1),
    "momentum": SGD(5e-2, 0.9, l2=1e-3),
    "nesterov": SGD(5e-2, 0.9, nesterov=True),
    "rmsprop": KerasOptimizer("RMSprop", {"learning_rate": 1e-2, "momentum": 0.9}),
    "nadam": KerasOptimizer("Nadam", {"learning_rate": 1e-2}),
}


@pytest.fixture(scope="module", params=OPTIMIZERS)
def trainer(tiny, request):
    return tiny.trainer(OPTIMIZERS[request.param])


def test_rewinding_brings_back_everything(tiny, same, trainer):
    start, order = tiny.start(), tiny.order()
    trainer.load(start)
    trainer.train(order, 9)
    rewind = trainer.state()
    assert rewind.step == 9
    trainer.train(order, 12)
    straight = trainer.state()
    assert straight.step == 21
    # Training another network in between must not change anything.
    trainer.load(tiny.start(seed=7, mask_seed=8))
    trainer.train(tiny.order(5), 3)
    trainer.load(rewind)
    assert trainer.step == 9
    same(trainer.state().weights, rewind.weights)
    same(trainer.state().optimizer, rewind.optimizer)
    trainer.train(order, 12)
    same(trainer.state().weights, straight.weights)
    same(trainer.state().optimizer, straight.optimizer)


def test_the_first_weights_are_untouched_by_training(tiny, same, trainer):
    start = tiny.start()
    kept = {key: array.copy() for key, array in start.weights.items()}
    trainer.load(start)
    captured = trainer.state()
    trainer.train(tiny.order(), 5)
    same(start.weights, kept)
    dense = TrainState(kept, {key: np.ones_like(mask) for key, mask in start.masks.items()})
    trainer.load(dense)
    same(trainer.state().weights, kept)
    assert all(not value.any() for value in captured.optimizer.values() if value.shape)


def test_a_fresh_optimizer_is_fresh(tiny, same, trainer):
    states = []
    for _ in range(2):
        trainer.load(tiny.start())
        trainer.train(tiny.order(), 10)
        states.append(trainer.state())
    same(states[0].weights, states[1].weights)


def test_a_fresh_optimizer_may_begin_at_a_later_step(tiny, same, trainer):
    trainer.load(dataclasses.replace(tiny.start(), step=9))
    assert trainer.step == 9
    # Only the step count is 9: the moments are those of a new optimizer.
    state = trainer.state()
    trainer.load(tiny.start())
    fresh = trainer.state().optimizer
    moments = [name for name, array in fresh.items() if array.ndim]
    same({name: state.optimizer[name] for name in moments}, {name: fresh[name] for name in moments})
    trainer.load(state)
    trainer.train(tiny.order(), 3)
    assert trainer.step == 12


def test_no_pruned_weight_moves(tiny, trainer):
    start = tiny.start()
    trainer.load(start)
    for _ in range(4):
        trainer.train(tiny.order(), 5)
        _check_dead(trainer, start.masks)


def test_no_pruned_weight_moves_on_the_momentum_of_a_denser_network(tiny, trainer):
    dense = tiny.start()
    dense.masks = {key: np.ones_like(mask) for key, mask in dense.masks.items()}
    trainer.load(dense)
    trainer.train(tiny.order(), 9)
    rewind, masks = trainer.state(), tiny.masks(11)
    moments = [array for array in rewind.optimizer.values() if array.shape == (6, 8)]
    assert moments and all(array[~masks["fc1/kernel"]].any() for array in moments)
    trainer.load(dataclasses.replace(rewind, masks=masks))
    trainer.train(tiny.order(), 5)
    _check_dead(trainer, masks)
    # The survivors went on from the moments they had.
    assert trainer.step == 14


def test_one_trace_for_all_states(tiny, trainer):
    for seed in range(3):
        trainer.load(tiny.start(seed, seed))
        trainer.train(tiny.order(seed), 2 + seed)
        for split in ("train", "validation", "test"):
            trainer.evaluate(split)
    assert trainer.trace_counts() == {"train": 1, "evaluate": 1}


def _check_dead(trainer, masks):
    """Checks that pruned weights and their optimizer variables are zero, and the others are not."""
    state = trainer.state()
    for key, mask in masks.items():
        assert not state.weights[key][~mask].any()
        assert state.weights[key][mask].all()
        slots = [
            array for name, array in state.optimizer.items()
            if name.endswith(key) and array.shape == mask.shape
        ]
        assert slots, "the optimizer keeps moments"
        for slot in slots:
            assert not slot[~mask].any() and slot[mask].any()


def test_a_living_pruned_weight_is_never_given_out(tiny, trainer):
    start = tiny.start()
    trainer.load(start)
    variable = trainer._variables["fc1/kernel"]
    variable.assign(np.ones((6, 8)))
    with pytest.raises(RunError, match="pruned weights of fc1/kernel are not zero"):
        trainer.state()


@pytest.mark.parametrize("change, message", [
    (lambda w: w.pop("fc1/bias"), "have no 'fc1/bias'"),
    (lambda w: w.update(extra=np.zeros(2)), "have 'extra', which the model has not"),
    (lambda w: w.update({"fc1/bias": np.zeros(9)}), r"'fc1/bias' have shape \(9,\)"),
])
def test_weights_of_another_architecture_are_refused(tiny, trainer, change, message):
    start = tiny.start()
    change(start.weights)
    with pytest.raises(ConfigurationError, match=message):
        trainer.load(start)


def twins(input_shape, num_classes):
    """Two nested models with layers of the same names and shapes."""
    x = inputs = keras.Input(input_shape)
    for name in ("one", "two"):
        inner = keras.Input(input_shape)
        x = keras.Model(inner, keras.layers.Dense(6, "relu", name="fc")(inner), name=name)(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(x), name="twins")


def test_layers_of_one_name_in_nested_models_keep_their_own_moments(tiny):
    trainer = tiny.trainer(Adam(1e-2), model_fn=twins)
    start = tiny.start(model_fn=twins)
    dense = TrainState(start.weights, {key: np.ones_like(m) for key, m in start.masks.items()})
    trainer.load(dense)
    trainer.train(tiny.order(), 9)
    rewind = trainer.state()
    trainer.load(dataclasses.replace(rewind, masks=start.masks))
    moments = [array for array in trainer.state().optimizer.values() if array.shape == (6, 6)]
    before = [array for array in rewind.optimizer.values() if array.shape == (6, 6)]
    one, two = start.masks["one/fc/kernel"], start.masks["two/fc/kernel"]
    # Two moments each, in the order of the variables.
    expected = [array * mask for array, mask in zip(before, (one, one, two, two), strict=True)]
    for moment, wanted in zip(moments, expected, strict=True):
        np.testing.assert_array_equal(moment, wanted)


def test_a_state_that_lacks_a_variable_of_the_optimizer_is_one_line(tiny, trainer):
    # As one of Nadam that was stored before its product of decays was kept.
    trainer.load(tiny.start())
    state = trainer.state()
    missing = max(state.optimizer)
    del state.optimizer[missing]
    with pytest.raises(RunError, match=f"at step 0 has no '{missing}'.*another --output_dir") \
            as caught:
        trainer.load(state)
    assert "\n" not in str(caught.value)
