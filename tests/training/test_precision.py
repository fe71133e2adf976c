"""Mixed precision: half in the layers, float32 in weights, masks and what is stored."""

import numpy as np
import pytest

from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError
from lth_keras.training import Adam, building, check_precision

MIXED = ("mixed_float16", "mixed_bfloat16")


def trainer_in(tiny, precision):
    with building(precision):
        trainer, start = tiny.trainer(Adam(1e-2, l2=1e-3), precision=precision), tiny.start()
    trainer.load(start)
    return trainer, start


@pytest.fixture(scope="module", params=MIXED)
def mixed(tiny, request):
    return request.param, *trainer_in(tiny, request.param)


def test_layers_compute_in_half_and_keep_float32(tiny, mixed):
    precision, trainer, start = mixed
    assert keras.mixed_precision.global_policy().name == "float32", "it was given back"
    half = precision.removeprefix("mixed_")
    assert trainer.model(np.zeros((1, *tiny.data.input_shape), np.float32)).dtype == half
    variables = [*trainer._variables.values(), *trainer._masks.values()]
    assert {variable.dtype for variable in variables} == {tf.float32}
    assert all(array.dtype == np.float32 for array in start.weights.values())


def test_it_trains_near_float32_and_nothing_pruned_moves(tiny, mixed):
    _, trainer, start = mixed
    exact, _ = trainer_in(tiny, "float32")
    states = []
    for each in (exact, trainer):
        each.load(start)
        each.train(tiny.order(), 20)
        states.append(each.state())
    for key, array in states[0].weights.items():
        assert np.abs(array - start.weights[key]).max() > 1e-2
        np.testing.assert_allclose(states[1].weights[key], array, atol=0.02, err_msg=key)
        assert not np.array_equal(states[1].weights[key], array), "half precision shows"
    for key, mask in start.masks.items():
        assert not states[1].weights[key][~mask].any()


def test_going_on_from_a_state_changes_no_bit(tiny, same, mixed):
    precision, trainer, start = mixed
    trainer.load(start)
    trainer.train(tiny.order(), 5)
    between = trainer.state()
    trainer.train(tiny.order(), 7)
    straight = trainer.state()
    assert any("loss_scale" in key for key in straight.optimizer) == (precision == "mixed_float16")
    trainer.load(start)
    trainer.load(between)
    trainer.train(tiny.order(), 7)
    same(trainer.state().weights, straight.weights)
    same(trainer.state().optimizer, straight.optimizer)


def test_an_update_that_overflows_is_left_out_and_counts(tiny, same):
    trainer, start = trainer_in(tiny, "mixed_float16")
    state = trainer.state()
    (scale,) = (key for key in state.optimizer if "loss_scale" in key)
    state.optimizer[scale] = np.float32(2.0**100)
    trainer.load(state)
    trainer.train(tiny.order(), 3)
    after = trainer.state()
    assert after.step == 3
    assert after.optimizer[scale] == 2.0**97
    same(after.weights, state.weights)


def test_another_name_is_refused():
    with pytest.raises(ConfigurationError, match="Experiment.precision is 'float8'"):
        check_precision("float8")
