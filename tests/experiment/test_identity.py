"""A run's identity includes the source of a user's classes; of our classes only the fields."""

import functools
import importlib
import json
import sys

import gin
import numpy as np
import pytest

from lth_keras.compat import keras
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


def scaled(images, seed, scale=1.0):
    return images * scale, seed


def made(scale):
    return lambda images, seed: images * scale


def made_by_default(scale):
    return lambda images, seed, scale=scale: images * scale


def decorated(scale):
    def decorator(function):
        @functools.wraps(function)
        def outer(images, seed):
            return function(images, seed)[0] * scale
        return outer

    return decorator(scaled)


class Scaling:
    def __init__(self, scale):
        self.scale = scale

    def call(self, images, seed):
        return images * self.scale


def of_a_local_class(scale):
    class Local:
        def __call__(self, images, seed):
            return images * scale

    return Local()


def calls_itself(scale):
    def function(images, seed):
        return function(images, seed) * scale

    return function


@pytest.mark.parametrize("make", [
    made, made_by_default, decorated, of_a_local_class, calls_itself,
    lambda scale: functools.partial(scaled, scale=scale),
    lambda scale: functools.partial(functools.partial(scaled, 0), scale),
    lambda scale: Scaling(scale).call,
    lambda scale: made(made(scale)),  # A function counts by what it was given in its turn.
    lambda scale: made(np.full((100, 100), scale)),
    lambda scale: Scaling(np.where(np.arange(5000) == 2500, scale, 0)),  # repr() leaves it out.
    lambda scale: made([np.array(["a", scale], object), {scale, "b"}, np]),
])
def test_a_function_counts_by_what_it_was_given(make):
    first = digest(make(0.1))
    assert digest(make(0.1)) == first  # A new object of other addresses, as in the next process.
    assert digest(make(3.0)) != first
    assert " at 0x" not in json.dumps(identity.describe(make(0.1)))


def test_a_file_that_a_function_was_given_counts_by_its_content(tmp_path):
    path = tmp_path / "noise.txt"
    path.write_text("1")
    first = digest(made(str(path)))
    path.write_text("2")
    assert digest(made(str(path))) != first


def test_a_function_that_was_given_nothing_is_described_as_ever():
    assert set(identity.describe(scaled)) == {"function", "source"}
    assert identity.describe(scaled)["function"] == f"{__name__}.scaled"
    assert set(identity.describe(Scaling(1))) == {"class", "module", "source", "scale"}


def test_a_field_that_came_later_adds_nothing_by_its_default():
    made = {
        updates: identity.describe(Variant("one", FoundMask(), InitialWeights(), updates=updates))
        for updates in (None, RigL())}
    assert "updates" not in made[None]
    assert made[RigL()] == {**made[None], "updates": identity.describe(RigL())}


LAYERS = """
from lth_keras.compat import keras, tf

def activated(x):
    return x * {factor}

class Shrinking(keras.regularizers.Regularizer):
    def __call__(self, kernel):
        return {factor2} * tf.reduce_sum(tf.abs(kernel))

    def get_config(self):
        return {{}}

class Halved(keras.layers.Layer):
    def call(self, inputs):
        return inputs * {factor3}
"""


@pytest.mark.parametrize("changed", ["factor", "factor2", "factor3"])
def test_the_code_of_a_models_own_parts_is_part_of_the_identity(tmp_path, monkeypatch, changed):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def own_parts(**factors):
        numbers = {"factor": 1, "factor2": 1, "factor3": 1, **factors}
        (tmp_path / "users_layers.py").write_text(LAYERS.format(**numbers))
        sys.modules.pop("users_layers", None)
        importlib.invalidate_caches()
        mine = importlib.import_module("users_layers")
        keras.backend.reset_uids()
        block = keras.Sequential([keras.Input((3,)), mine.Halved(name="halved")], name="block")
        return identity._own_parts(keras.Sequential([
            keras.Input((3,)), block, keras.layers.Dense(
                3, mine.activated, kernel_regularizer=mine.Shrinking(), name="fc")]))

    first = own_parts()
    assert set(first) == {"block/halved/", "fc/"}
    assert set(first["fc/"]) == {"activation", "kernel_regularizer"}
    assert own_parts() == first != own_parts(**{changed: 2})
    sys.modules.pop("users_layers", None)


def test_what_parts_hold_and_what_wraps_them():
    @gin.configurable
    def bent(x, slope=0.1):
        return x * slope

    matrix = np.eye(2, dtype=np.float32)
    init = keras.initializers.Constant(matrix)

    class Own(keras.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight("w", matrix.shape, initializer=init)

        def call(self, inputs):
            return inputs @ self.w

    model = keras.Sequential([
        keras.Input((2,)), Own(name="own"), keras.layers.Dense(2, bent, name="fc")])
    own = identity._own_parts(model)
    assert set(own["fc/"]) == {"activation"}
    assert identity.digest(own, "data") == identity.digest(identity._own_parts(model), "data")
    gin.bind_parameter("bent.slope", 0.3)
    assert identity._own_parts(model)["fc/"] != own["fc/"]


def test_a_model_of_the_packages_alone_has_no_part_of_its_own():
    model = keras.Sequential([
        keras.Input((4, 3)), keras.layers.LSTM(2), keras.layers.Lambda(lambda x: x * 2),
        keras.layers.Dense(2, "relu", kernel_regularizer="l2", kernel_constraint="non_neg")])
    assert identity._own_parts(model) == {}
