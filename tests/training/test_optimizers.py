"""Optimizers and learning-rate schedules as configurations."""

import math

import numpy as np
import pytest

from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError
from lth_keras.training import SGD, Adam, AdamW, CosineDecay, KerasOptimizer, StepDecay
from lth_keras.training.learning_rates import build_learning_rate
from lth_keras.training.optimizers import refuse_clipping
from lth_keras.training.xla import resolve_jit

PER_EPOCH = 10


@pytest.mark.parametrize("schedule, rates", [
    (StepDecay(1.0, ("2ep", "35it"), 0.1), {0: 1, 19: 1, 20: 0.1, 34: 0.1, 35: 0.01, 99: 0.01}),
    (StepDecay(0.5, ()), {0: 0.5, 1000: 0.5}),
    (StepDecay(1.0, ("2ep",), 0.5, warmup="1ep"), {0: 0.1, 4: 0.5, 9: 1, 10: 1, 20: 0.5}),
    (CosineDecay(2.0, "4ep"), {0: 2, 10: 1 + math.sqrt(0.5), 20: 1, 40: 0, 99: 0}),
    (CosineDecay(2.0, "4ep", "2ep"), {0: 0.1, 9: 1, 19: 2, 20: 2, 30: 1, 40: 0}),
])
def test_schedules(schedule, rates):
    built = build_learning_rate(schedule, PER_EPOCH)
    for step, rate in rates.items():
        assert float(built(step)) == pytest.approx(rate, abs=1e-6), step
        assert float(built(np.int64(step))) == pytest.approx(rate, abs=1e-6), step


@pytest.mark.parametrize("make, message", [
    (lambda: StepDecay(0.0, ()), "StepDecay.initial is 0.0"),
    (lambda: StepDecay(1.0, (80,)), "StepDecay.milestones is 80"),
    (lambda: StepDecay(1.0, (), factor=-1), "StepDecay.factor is -1"),
    (lambda: StepDecay(1.0, (), warmup=5), "StepDecay.warmup is 5"),
    (lambda: CosineDecay(float("inf"), "4ep"), "CosineDecay.initial is inf"),
    (lambda: CosineDecay(1.0, 40), "CosineDecay.duration is 40"),
    (lambda: CosineDecay(1.0, "2ep", "2ep").build(10), "CosineDecay.warmup is '2ep'"),
    (lambda: Adam(-1e-3).build(10), "learning_rate is -0.001"),
    (lambda: SGD("fast").build(10), "learning_rate is 'fast'"),
    (lambda: Adam(True).build(10), "learning_rate is True"),
    (lambda: KerasOptimizer("Adamm").build(10), "Adamm"),
    (lambda: KerasOptimizer("RMSprop", {"roh": 1}).build(10), "roh"),
    (lambda: KerasOptimizer("Adafactor").build(10), "epsilon_1 = 1e-30, whose square is 0 in"),
])
def test_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()


@pytest.mark.parametrize("configured, expected, settings", [
    (Adam(2e-3, 1e-4, 0.8, 0.99, 1e-7), keras.optimizers.Adam,
     {"learning_rate": 2e-3, "beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-7}),
    (AdamW(1e-3, 0.05), keras.optimizers.AdamW, {"weight_decay": 0.05}),
    (SGD(0.2, 0.5, True), keras.optimizers.SGD, {"momentum": 0.5, "nesterov": True}),
    (KerasOptimizer("RMSprop", {"rho": 0.7}), keras.optimizers.RMSprop, {"rho": 0.7}),
])
def test_what_is_built(configured, expected, settings):
    built = configured.build(PER_EPOCH)
    assert type(built) is expected
    assert not built.jit_compile
    config = built.get_config()
    for name, value in settings.items():
        assert config[name] == pytest.approx(value)


def test_a_schedule_reaches_any_optimizer():
    built = KerasOptimizer("SGD", {"learning_rate": StepDecay(1.0, ("1ep",))}).build(PER_EPOCH)
    weight = tf.Variable([5.0])
    built.build([weight])
    built.iterations.assign(PER_EPOCH)
    built.apply_gradients([(tf.constant([1.0]), weight)])
    assert weight.numpy()[0] == pytest.approx(5.0 - 0.1)


@pytest.mark.parametrize("name", ["clipnorm", "global_clipnorm"])
def test_clipping_by_norm_is_refused(name):
    with pytest.raises(ConfigurationError, match=f"the optimizer has {name}=1.0"):
        refuse_clipping(KerasOptimizer("SGD", {name: 1.0}).build(PER_EPOCH))


def test_clipping_by_value_is_not_refused():
    refuse_clipping(KerasOptimizer("SGD", {"clipvalue": 1.0}).build(PER_EPOCH))


def test_the_trainer_refuses_clipping(tiny):
    with pytest.raises(ConfigurationError, match="clipnorm=0.5"):
        tiny.trainer(KerasOptimizer("Adam", {"clipnorm": 0.5}))


def test_the_trainer_refuses_a_batch_larger_than_the_data(tiny):
    with pytest.raises(ConfigurationError, match="batch_size is 64 but tiny has 63"):
        tiny.trainer(Adam(), batch_size=64)


def test_jit_is_off_for_convolutions_on_a_cpu(tiny, monkeypatch):
    monkeypatch.setattr("lth_keras.compat.tf.config.list_physical_devices", lambda kind: [])
    image = keras.Input((8, 8, 1))
    convolutional = keras.Model(image, keras.layers.Conv2D(2, 3)(image))
    assert resolve_jit("auto", tiny.model()) is True
    assert resolve_jit("auto", convolutional) is False
    recurrent = keras.Sequential([keras.Input((3, 2)), keras.layers.SimpleRNN(2)])
    assert resolve_jit("auto", recurrent) is False
    assert resolve_jit(True, convolutional) is True
    assert resolve_jit(False, tiny.model()) is False
    monkeypatch.setattr("lth_keras.compat.tf.config.list_physical_devices", lambda kind: ["gpu"])
    assert resolve_jit("auto", convolutional) is True
    with pytest.raises(ConfigurationError, match="jit is 'yes'"):
        resolve_jit("yes", convolutional)


@pytest.mark.parametrize("name, arguments, message", [
    ("SGD", {"use_ema": True}, "the optimizer has use_ema=True"),
    ("Ftrl", {}, "Ftrl has beta and l2_regularization_strength 0"),
    ("Ftrl", {"beta": 0.0, "l2_regularization_strength": 0.0}, "divides 0 by 0"),
])
def test_the_trainer_refuses_what_would_give_wrong_numbers(tiny, name, arguments, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        tiny.trainer(KerasOptimizer(name, arguments))
    assert "\n" not in str(caught.value)


def test_ftrl_with_a_beta_trains_and_moves_no_pruned_weight(tiny):
    trainer = tiny.trainer(KerasOptimizer("Ftrl", {"learning_rate": 0.1, "beta": 1.0}))
    start = tiny.start()
    trainer.load(start)
    trainer.train(tiny.order(), 3)
    after = trainer.state()
    for key, mask in start.masks.items():
        assert np.isfinite(after.weights[key]).all() and not after.weights[key][~mask].any()
        assert (after.weights[key] != start.weights[key] * mask).any()


def test_what_nadam_keeps_beside_its_moments_is_a_part_of_the_state(tiny, same):
    nadam, start = KerasOptimizer("Nadam", {"learning_rate": 1e-2}), tiny.start()

    def trained(trainer, state, steps):
        trainer.load(state)
        trainer.train(tiny.order(), steps)
        return trainer.state()

    trainer = tiny.trainer(nadam)
    expected = trained(trainer, start, 10)
    same(trained(trainer, start, 10).weights, expected.weights)  # No network leaks into the next.
    stopped = trained(tiny.trainer(nadam), start, 2)
    resumed = trained(tiny.trainer(nadam), stopped, 8)
    same(resumed.weights, expected.weights)
    same(resumed.optimizer, expected.optimizer)
