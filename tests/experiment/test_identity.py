"""A run's identity includes the source of a user's classes; of our classes only the fields."""

import importlib
import sys

import pytest

from lth_keras.criteria import Magnitude
from lth_keras.experiment import FoundMask, InitialWeights, Variant, identity
from lth_keras.mask_updates import RigL

CRITERION = '''
import dataclasses

class Base:
    def sign(self):
        return {base}

{decorator}
class Mine(Base):
    {field}

    def scores(self, evidence):
        return {{key: {sign}abs(evidence.weights[key]) for key in evidence.masks}}
'''
DATACLASS = {"decorator": "@dataclasses.dataclass(frozen=True)", "field": "power: int = 1"}
PLAIN = {"decorator": "", "field": "def __init__(self):\n        self.power = 1"}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Makes an object of a user's class, as a process would that finds this text in the module."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def make(form, sign="", base="1", module="users_criterion"):
        (tmp_path / f"{module}.py").write_text(CRITERION.format(**form, sign=sign, base=base))
        sys.modules.pop(module, None)
        importlib.invalidate_caches()
        return importlib.import_module(module).Mine()

    yield make
    for module in ("users_criterion", "other_criterion"):
        sys.modules.pop(module, None)


def digest(value):
    return identity.digest(identity.describe(value), "data")


@pytest.mark.parametrize("form", [DATACLASS, PLAIN], ids=["dataclass", "plain"])
def test_the_code_of_a_users_class_is_part_of_the_identity(written, form):
    first = digest(written(form))
    assert digest(written(form)) == first
    assert digest(written(form, sign="-")) != first
    assert digest(written(form, base="2")) != first  # The source of its base class counts too.
    assert digest(written(form, module="other_criterion")) != first


def test_a_users_fields_count_as_before(written):
    described = identity.describe(written(PLAIN))
    assert (described["class"], described["power"]) == ("Mine", 1)
    changed = written(PLAIN)
    changed.power = 2
    assert identity.describe(changed) == {**described, "power": 2}


def test_the_packages_own_are_called_by_class_alone():
    assert identity.describe(Magnitude()) == {"class": "Magnitude"}
    assert identity.describe(FoundMask()) == {"class": "FoundMask"}


def test_a_field_that_came_later_adds_nothing_by_its_default():
    made = {
        updates: identity.describe(Variant("one", FoundMask(), InitialWeights(), updates=updates))
        for updates in (None, RigL())}
    assert "updates" not in made[None]
    assert made[RigL()] == {**made[None], "updates": identity.describe(RigL())}
