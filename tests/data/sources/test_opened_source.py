"""`OpenedSource`: its parts, and the form that its arrays must have."""

import numpy as np
import pytest

from lth_keras.data.sources.opened_source import (
    check_lengths,
    check_names,
    in_parts,
    part_rows,
    same_form,
)
from lth_keras.errors import ConfigurationError


def test_a_part_has_at_most_16_mib_and_at_least_one_example():
    assert part_rows((1024, 1024), np.dtype(np.float32)) == 4
    assert part_rows((), np.dtype(np.uint8)) == 2**24
    assert part_rows((2**15, 2**15), np.dtype(np.uint8)) == 1


def test_parts_are_the_examples_in_their_order():
    inputs = np.zeros((5, 2**22), np.float32) + np.arange(5, dtype=np.float32)[:, None]
    parts = list(in_parts(inputs, np.arange(5)))
    assert [len(labels) for _, labels in parts] == [1] * 5
    assert [(part[0, 0], labels[0]) for part, labels in parts] == [(i, i) for i in range(5)]


NEEDED = ("x_train", "y_train", "x_test", "y_test")


@pytest.mark.parametrize("names, said", [
    (NEEDED[1:], r"lacks \['x_train'\]"),
    (NEEDED[:3], r"lacks \['y_test'\]"),
    ((*NEEDED, "x_validation"), r"lacks \['y_validation'\]"),
    ((*NEEDED, "z"), r"\['z'\] mean nothing here"),
    ((*NEEDED, "w_validation"), r"\['w_validation'\] mean nothing here"),
])
def test_names_that_do_not_belong_together(names, said):
    with pytest.raises(ConfigurationError, match=f"'mine' has the arrays .*{said}"):
        check_names("mine", names)


def test_names_that_do():
    check_names("mine", NEEDED)
    check_names("mine", ("x_train", "y_train", "w_train", "label_names"))


def test_lengths_and_forms():
    check_lengths("mine", "train", 3, 3)
    for inputs, labels in ((3, 2), (0, 0)):
        with pytest.raises(ConfigurationError, match=f"has {inputs} train examples and {labels}"):
            check_lengths("mine", "train", inputs, labels)
    form = np.dtype(np.uint8), (4, 4)
    same_form("mine", "train", form, form, 5)
    with pytest.raises(ConfigurationError, match="from number 5 on uint8 .*; expected one type"):
        same_form("mine", "train", form, (np.dtype(np.uint8), (4, 3)), 5)
