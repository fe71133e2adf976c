"""Seeds by name."""

import numpy as np

from lth_keras import seeds


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
