"""Optimizers of Keras 2 and 3: converted to ours, or refused by name."""

import json

import keras as keras3
import numpy as np
import pytest

from lth_keras.compat import keras as tf_keras
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.identity import describe
from lth_keras.training import SGD, Adam, AdamW, KerasSchedule, from_keras

BOTH = pytest.mark.parametrize("keras", [tf_keras, keras3], ids=["tf_keras", "keras 3"])


@BOTH
@pytest.mark.parametrize("make, ours", [
    (lambda o: o.Adam(1e-3), Adam(0.001, epsilon=1e-7)),
    (lambda o: o.Adam(0.02, beta_1=0.8, epsilon=1e-5), Adam(0.02, beta_1=0.8, epsilon=1e-5)),
    (lambda o: o.Adam(1e-3, weight_decay=0.01), AdamW(0.001, 0.01, epsilon=1e-7)),
    (lambda o: o.AdamW(3e-4, weight_decay=0.1), AdamW(0.0003, 0.1, epsilon=1e-7)),
    (lambda o: o.SGD(0.1, momentum=0.9, nesterov=True), SGD(0.1, 0.9, True)),
    (lambda o: o.SGD(0.05), SGD(0.05, 0.0)),
])
def test_keras_optimizers_become_ours(keras, make, ours):
    taken = from_keras(make(keras.optimizers))
    assert taken == ours
    assert json.loads(json.dumps(describe(taken))) == json.loads(json.dumps(describe(ours)))


def test_the_legacy_optimizer_is_read_too():
    assert from_keras(tf_keras.optimizers.legacy.SGD(0.1, momentum=0.5)) == SGD(0.1, 0.5)


SCHEDULES = [
    lambda s: s.CosineDecay(0.1, 20, alpha=0.1, warmup_target=0.3, warmup_steps=5),
    lambda s: s.CosineDecayRestarts(0.1, 7),
    lambda s: s.ExponentialDecay(0.1, 10, 0.5, staircase=True),
    lambda s: s.InverseTimeDecay(0.1, 10, 0.5),
    lambda s: s.PiecewiseConstantDecay([5, 10], [0.1, 0.05, 0.01]),
    lambda s: s.PolynomialDecay(0.1, 20, power=2.0),
]


@BOTH
@pytest.mark.parametrize("make", SCHEDULES)
def test_keras_schedules_give_the_same_rates(keras, make):
    schedule = make(keras.optimizers.schedules)
    rate = from_keras(keras.optimizers.SGD(schedule)).learning_rate
    assert isinstance(rate, KerasSchedule) and rate.name == type(schedule).__name__
    json.dumps(describe(rate))
    built = rate.build(100)
    for step in (0, 3, 5, 6, 10, 19, 25):
        expected = float(np.asarray(schedule(step)))
        assert float(built(step)) == pytest.approx(expected, rel=1e-6), step


@BOTH
@pytest.mark.parametrize("make, message", [
    (lambda o: o.RMSprop(1e-3), "Keras's RMSprop; expected Adam, AdamW or SGD"),
    (lambda o: o.Adam(1e-3, amsgrad=True), "Adam with amsgrad=True"),
    (lambda o: o.Adam(1e-3, clipnorm=1.0), "Adam with clipnorm=1.0"),
    (lambda o: o.SGD(1e-3, weight_decay=0.1), "SGD with weight_decay=0.1"),
    (lambda o: o.AdamW(1e-3, use_ema=True), "AdamW with use_ema=True"),
])
def test_what_ours_have_not_is_refused_by_name(keras, make, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        from_keras(make(keras.optimizers))
    assert "\n" not in str(caught.value)


def test_exceptions_from_weight_decay_are_refused():
    optimizer = tf_keras.optimizers.AdamW(1e-3)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    with pytest.raises(ConfigurationError, match="exclude_from_weight_decay"):
        from_keras(optimizer)


class OwnAdam(tf_keras.optimizers.Adam):
    """Somebody's own."""


class OwnSchedule(tf_keras.optimizers.schedules.LearningRateSchedule):
    """Somebody's own."""

    def __call__(self, step):
        return 0.1

    def get_config(self):
        return {}


@pytest.mark.parametrize("optimizer, message", [
    (OwnAdam(), "Keras's OwnAdam"),
    (tf_keras.optimizers.Adam(OwnSchedule()), "learning-rate schedule OwnSchedule"),
])
def test_somebodys_own_are_refused_by_name(optimizer, message):
    with pytest.raises(ConfigurationError, match=message):
        from_keras(optimizer)


def test_anything_else_is_left_as_it_is():
    ours = Adam(1e-2)
    assert from_keras(ours) is ours
    assert from_keras("adam") == "adam"


@pytest.mark.parametrize("make, message", [
    (lambda: KerasSchedule("Cosine"), "KerasSchedule.name is 'Cosine'; expected one of CosineD"),
    (lambda: KerasSchedule("ExponentialDecay", {"rate": 1}), "KerasSchedule.name='Exp|unexpected"),
])
def test_a_schedule_that_keras_has_not_is_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
