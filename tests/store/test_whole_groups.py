"""Checks of a round's masks against its granularity, on masks made by hand."""

import numpy as np
import pytest

from lth_keras.errors import RunError
from lth_keras.store.whole_groups import check_whole_groups


def header(name, **config):
    granularity = {"class_name": name, "config": config}
    return {"configuration": {"imp": {"schedule": {"config": {"granularity": granularity}}}}}


def mask(*rows):
    return {"fc1/kernel": np.array(rows, bool)}


UNITS, BLOCKS = header("Units"), header("Blocks", shape=[2, 1])
TWO_OF_FOUR = header("NofM", n=2, m=4)
# Inputs 0 and 2, outputs 1 and 2; inputs 0-1 of output 0, and the smaller last block of output 1.
OF_UNITS = mask((0, 1, 1), (0, 0, 0), (0, 1, 1))
OF_BLOCKS = mask((1, 0), (1, 0), (0, 1))
DIAGONAL = {"conv/kernel": np.eye(4, dtype=bool).reshape(1, 2, 2, 4)}
COLUMN = mask((1,), (0,), (0,), (1,), (1,))


@pytest.mark.parametrize("run, stored", [
    (UNITS, OF_UNITS), (BLOCKS, OF_BLOCKS), (TWO_OF_FOUR, COLUMN),
    (BLOCKS, {"einsum/kernel": OF_BLOCKS["fc1/kernel"].T}),  # Outputs × inputs.
    (BLOCKS, mask((1, 1, 0), (0, 0, 0))),  # Both axes are inputs.
    (TWO_OF_FOUR, mask(*[(1,)] * 8)),  # A layer that is not pruned.
    (BLOCKS, DIAGONAL),  # Which of its axes are inputs is not known.
    ({"configuration": {"imp": None}}, COLUMN),
    ({"configuration": {"imp": {"schedule": {"config": {"rate": 0.2}}}}}, COLUMN),
])
def test_whole_groups_pass(run, stored):
    check_whole_groups(run, 1, stored)


@pytest.mark.parametrize("run, stored, said", [
    (UNITS, mask((0, 1, 1), (0, 0, 0), (0, 1, 0)), "fc1/kernel keeps a part of a unit"),
    (UNITS, DIAGONAL, "a part of a unit"),
    (BLOCKS, mask((1, 0, 0), (0, 0, 0), (0, 1, 0)), "a part of a block of 2 × 1"),
    (TWO_OF_FOUR, mask((1, 1, 1, 0), (1, 0, 0, 0), (1, 0, 0, 0), (0, 0, 0, 0)),
     "more than 2 of 4 consecutive inputs"),
])
def test_a_group_in_part_is_found_but_not_before_the_first_pruning(run, stored, said):
    with pytest.raises(RunError, match=said):
        check_whole_groups(run, 1, stored)
    check_whole_groups(run, 0, stored)
