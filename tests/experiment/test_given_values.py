"""What a function was given: by gin, by the function around it, as a default, as its object."""

import functools

import gin
import pytest

from lth_keras.experiment.given_values import closure, gin_bindings, given_values, wrappings


def made(scale, later=None):
    def scaled(images, seed, shift=scale + 1):
        return images * scale + shift, later, seed

    return scaled


def plain(images, seed, shift=2):
    return images + shift, seed


class Scaling:
    def __init__(self, scale):
        self.scale = scale

    def __call__(self, images, seed):
        return images * self.scale

    call = __call__


@gin.configurable
def given_to_test(images, seed, scale=1.0):
    return images * scale, seed


@gin.configurable
def takes_function(function):
    return function


@pytest.fixture(autouse=True)
def cleared():
    yield
    gin.clear_config()


def test_the_function_around_it():
    assert given_values(made(0.1)) == {
        "closure": {"scale": 0.1, "later": None}, "defaults": {"shift": 1.1}}
    assert given_values(plain) == given_values(len) == given_values(Scaling) == {}


def test_a_name_without_a_value_is_left_out():
    def function():
        return missing

    assert closure(function) == {}
    missing = 1
    assert closure(function) == {"missing": missing}


def test_the_object_of_a_method():
    scaling = Scaling(2)
    assert given_values(scaling.call) == {"self": scaling}


@pytest.mark.parametrize("reference, scale", [("@given_to_test", 2.0), ("@big/given_to_test", 9.0)])
def test_bindings_of_gin_by_the_references_scope(reference, scale):
    gin.parse_config(f"given_to_test.scale = 2.0\nbig/given_to_test.scale = 9.0\n"
                     f"takes_function.function = {reference}")
    function = takes_function()
    assert function(1, 0)[0] == scale  # What is described is what the function takes.
    assert gin_bindings(function) == {"scale": scale}
    assert given_values(function) == {"bindings": {"scale": scale}}


def test_what_a_function_wraps():
    @functools.wraps(plain)
    def outer(*given):
        return plain(*given)

    assert wrappings(outer) == [outer, plain] and wrappings(plain) == [plain]
