"""Typed durations, and seeds by name."""

import numpy as np
import pytest

from lth_keras import seeds
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError


@pytest.mark.parametrize("text, steps", [("3ep", 30), ("500it", 500), ("0ep", 0), ("0it", 0)])
def test_steps(text, steps):
    duration = Duration.parse(text)
    assert duration.steps(10) == steps
    assert str(duration) == text
    assert Duration.parse(duration) is duration


@pytest.mark.parametrize("text", [
    5, 5.0, "5", "", None, "ep", "-5ep", "5 ep", "5EP", "1.5ep", "5ep\n", "5ep3it", True, "٣ep ",
])
def test_refused(text):
    with pytest.raises(ConfigurationError, match="IMP.duration is .*expected epochs like '100ep'"):
        Duration.parse(text, "IMP.duration")


def test_seeds_differ_by_name_and_are_the_same_on_every_machine():
    uses = [("a",), ("b",), ("a", "b"), ("a", 1)]
    derived = {seeds.derive(0, *use) for use in uses} | {seeds.derive(1, *use) for use in uses}
    assert len(derived) == 8
    assert all(0 <= seed < 2**63 for seed in derived)
    assert seeds.derive(0, "initialisation") == 1_952_974_914_541_233_639


def test_generators_are_independent_of_each_other():
    one, two = seeds.generator(0, "a"), seeds.generator(0, "b")
    first = one.random(4)
    two.random(100)
    np.testing.assert_array_equal(seeds.generator(0, "a").random(8)[4:], one.random(4))
    np.testing.assert_array_equal(seeds.generator(0, "a").random(4), first)
