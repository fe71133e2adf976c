"""A default that came later adds nothing to the identity of older runs."""

import dataclasses

import pytest

from lth_keras.experiment.unnamed_defaults import UNNAMED_DEFAULT, is_unnamed


@dataclasses.dataclass
class Settings:
    old: int = 1
    new: int = dataclasses.field(default=1, metadata=UNNAMED_DEFAULT)


@pytest.mark.parametrize("name, value, expected", [
    ("old", 1, False), ("new", 1, True), ("new", 2, False)])
def test_only_the_default_of_a_field_that_says_so(name, value, expected):
    field = {each.name: each for each in dataclasses.fields(Settings)}[name]
    assert is_unnamed(field, value) is expected
