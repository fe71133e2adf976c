"""Learning rates step by step, as literals: boundaries, warm-up, under tf.function and XLA."""

import math

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.identity import describe
from lth_keras.training import SGD, CosineDecay, StepDecay
from lth_keras.training.learning_rates import build_learning_rate

STEPS_PER_EPOCH = 4

CASES = [
    (StepDecay(0.1), [0.1] * 6),
    (StepDecay(0.1, ("3it",)), [0.1, 0.1, 0.1, 0.01, 0.01]),
    (StepDecay(0.1, ("1ep", "6it")), [0.1] * 4 + [0.01] * 2 + [0.001] * 3),
    (StepDecay(0.8, ("1it", "2it", "3it"), factor=0.5), [0.8, 0.4, 0.2, 0.1, 0.1]),
    (StepDecay(0.1, ("0it",)), [0.01, 0.01]),
    (StepDecay(0.8, warmup="4it"), [0.2, 0.4, 0.6, 0.8, 0.8, 0.8]),
    (StepDecay(0.8, warmup="1ep"), [0.2, 0.4, 0.6, 0.8, 0.8, 0.8]),
    (StepDecay(0.8, warmup="1it"), [0.8, 0.8]),
    (StepDecay(0.8, ("2it",), 0.5, "4it"), [0.2, 0.4, 0.3, 0.4, 0.4]),
    # ½(1 + cos(π·t/4)): 1, (2+√2)/4, ½, (2−√2)/4, 0
    (CosineDecay(1.0, "4it"),
     [1.0, (2 + math.sqrt(2)) / 4, 0.5, (2 - math.sqrt(2)) / 4, 0.0, 0.0, 0.0]),
    (CosineDecay(0.2, "1ep"),
     [0.2, (2 + math.sqrt(2)) / 20, 0.1, (2 - math.sqrt(2)) / 20, 0.0]),
    (CosineDecay(0.4, "6it", "2it"),
     [0.2, 0.4, 0.4, (2 + math.sqrt(2)) / 10, 0.2, (2 - math.sqrt(2)) / 10, 0.0, 0.0]),
]


@pytest.mark.parametrize("jit", [None, False, True], ids=["eager", "function", "xla"])
@pytest.mark.parametrize("schedule, expected", CASES, ids=lambda value: repr(value)[:60])
def test_the_rate_of_every_step(schedule, expected, jit):
    rate = build_learning_rate(schedule, STEPS_PER_EPOCH)
    if jit is not None:
        rate = tf.function(rate, jit_compile=jit)
    steps = [tf.constant(step, tf.int64) for step in range(len(expected))]
    np.testing.assert_allclose([rate(step).numpy() for step in steps], expected,
                               rtol=1e-6, atol=1e-8)


def test_late_steps_are_counted_exactly():
    # Float32 cannot tell 2^24 from 2^24 + 1.
    boundary = 2**24 + 1
    rate = build_learning_rate(StepDecay(0.1, (f"{boundary}it",)), STEPS_PER_EPOCH)
    rates = [float(rate(tf.constant(boundary + i, tf.int64))) for i in (-1, 0)]
    assert rates == pytest.approx([0.1, 0.01])


def test_a_number_is_a_constant_rate():
    assert build_learning_rate(0.3, STEPS_PER_EPOCH) == 0.3


@pytest.mark.parametrize("schedule", [each for each, _ in CASES], ids=repr)
def test_config_round_trip(schedule):
    rate = build_learning_rate(schedule, STEPS_PER_EPOCH)
    again = type(rate).from_config(rate.get_config())
    assert again.get_config() == rate.get_config()
    for step in range(7):
        assert float(again(step)) == float(rate(step))


def test_an_optimizer_follows_the_schedule_and_goes_back_with_its_step():
    optimizer = SGD(StepDecay(0.5, ("2it",)), momentum=0.0).build(STEPS_PER_EPOCH)
    weight = tf.Variable(0.0)
    optimizer.build([weight])
    seen = []
    for _ in range(2):
        optimizer.iterations.assign(1)
        weight.assign(0.0)
        for _ in range(2):
            optimizer.apply_gradients([(tf.constant(1.0), weight)])
            seen.append(float(weight))
    assert seen == pytest.approx([-0.5, -0.55] * 2)


def test_is_described_for_a_runs_identity():
    assert describe(StepDecay(0.1, ("80ep", "120ep"))) == {
        "class": "StepDecay", "initial": 0.1, "milestones": ["80ep", "120ep"], "factor": 0.1,
        "warmup": "0it"}


@pytest.mark.parametrize("make, message", [
    (lambda: StepDecay(0.0), "StepDecay.initial is 0.0"),
    (lambda: StepDecay(True), "StepDecay.initial is True"),
    (lambda: StepDecay(0.1, factor=-1), "StepDecay.factor is -1"),
    (lambda: StepDecay(0.1, ("80",)), "StepDecay.milestones is '80'"),
    (lambda: StepDecay(0.1, "80ep"), "StepDecay.milestones is '80ep'; expected a tuple"),
    (lambda: StepDecay(0.1, warmup=5), "StepDecay.warmup is 5"),
    (lambda: CosineDecay(float("inf"), "1ep"), "CosineDecay.initial is inf"),
    (lambda: CosineDecay(0.1, "1"), "CosineDecay.duration is '1'"),
    (lambda: StepDecay(0.1, ("2ep", "8it")).build(4), r"which are the steps \[8, 8\]"),
    (lambda: CosineDecay(0.1, "2ep", "8it").build(4), "CosineDecay.warmup is '8it'"),
    (lambda: build_learning_rate("0.1", 4), "learning_rate is '0.1'"),
])
def test_refuses(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
