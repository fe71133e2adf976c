"""A run's identity: a hash over everything that decides its numbers, and nothing else."""

import dataclasses
import functools
import hashlib
import inspect
import json
import re
import sys

import numpy as np

from lth_keras.compat import tf
from lth_keras.experiment.bound_files import bound_files
from lth_keras.experiment.given_values import closure, given_values, wrappings
from lth_keras.experiment.unnamed_defaults import is_unnamed
from lth_keras.granularity import Weights
from lth_keras.paths import safe_name
from lth_keras.tasks import Classification
from lth_keras.variables import parts, walk

# Increase it when the meaning of a configuration or the layout of a run's files changes.
FORMAT = 1

# Settings that change no number. θ_0 itself is hashed, and not the file that it was in;
# `on_fallback` counts by the settings that it has changed.
_NOT_NUMBERS = ("name", "published", "margin", "on_divergence", "distribution", "initial_weights",
                "on_fallback")

# Packages whose classes are described without their source: run.json has their versions.
_VERSIONED = {
    "lth_keras", "numpy", "tensorflow", "tensorflow_model_optimization", "tf_keras",
    *sys.stdlib_module_names,
}


def describe(value):
    """A configuration as JSON: each object its class and all its fields, defaults included.

    For a user's class its source is included, and that of the user's base classes. A function
    counts by its name, its source and what it was given: arguments of a `functools.partial`,
    bindings of gin, values around it, the object that it is a method of, and files that these
    name. An array counts by its bytes.
    """
    return _described(value, ())


def _described(value, around):
    """`describe`; `around` has the ids of the objects that hold the value."""
    if id(value) in around:  # An object that holds itself, as a function that calls itself does.
        return {"again": type(value).__qualname__}

    def inner(each):
        return _described(each, (*around, id(value)))

    if isinstance(value, functools.partial):
        return {"partial": inner(value.func), "arguments": inner(value.args),
                "keywords": inner(value.keywords)}
    if hasattr(value, "get_config") and not isinstance(value, type):
        return {**_describe_class(type(value), inner), **inner(value.get_config())}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {**_describe_class(type(value), inner), **_fields(value, inner)}
    array = _as_array(value)
    if array is not None:
        return _describe_array(array, inner)
    if _is_users(type(value)) and hasattr(value, "__dict__") and not isinstance(value, type):
        # repr() would contain the object's address, which differs in each process.
        return {**_describe_class(type(value), inner), **inner(vars(value))}
    if isinstance(value, dict):
        return {str(key): inner(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [inner(each) for each in value]
    if isinstance(value, (set, frozenset)):  # Their order differs in each process.
        return sorted(map(inner, value), key=json.dumps)
    if inspect.ismodule(value):
        return {"module": value.__name__}
    if callable(value):
        return _describe_callable(value, inner)
    return value if isinstance(value, (str, int, float, bool, type(None))) else _text(value)


def _fields(value, inner):
    return {field.name: inner(getattr(value, field.name)) for field in dataclasses.fields(value)
            if not is_unnamed(field, getattr(value, field.name))}


def resolved(experiment, model, theta_0):
    """The experiment as JSON; the model is described by its layers and not by its function's name.

    Args:
      experiment: `Experiment`.
      model: the plain model built from it.
      theta_0: hexadecimal digest of the first trial's initial weights. One architecture may be
        built from scratch, or with weights that its function loads.
    """
    described = {**_describe_class(type(experiment), describe), **describe({
        field.name: getattr(experiment, field.name) for field in dataclasses.fields(experiment)
        if field.name != "model"})}
    for name in _NOT_NUMBERS:
        described.pop(name)
    if described["precision"] == "float32":
        del described["precision"]  # The default adds nothing to the name.
    if not described["compact_training"]:
        del described["compact_training"]
    granularity = experiment.imp.schedule.granularity
    if granularity != Weights():  # A class of the user's own counts with its source.
        described["granularity"] = describe(granularity)
    if not named_task(experiment.task):
        del described["task"]
    for variant, entry in zip(experiment.variants, described["variants"], strict=True):
        if variant.is_chain and experiment.imp.duration != experiment.duration:
            # A chain without a duration trains as long as a round: that length decides numbers.
            entry["duration"] = variant.duration_in(experiment)
    described["model"] = json.loads(model.to_json())["config"]
    own = _own_parts(model)
    if own:  # Only then: the names of other runs stay as they were.
        described["own_parts"] = own
    described["theta_0"] = theta_0
    bound = bound_files(experiment.model)
    if bound:
        described["files"] = bound
    return described


def _own_parts(model):
    """{layer: its classes and functions that are the user's, with their source} of a model.

    The model's own JSON has their names only, and a function's body may change under its name.
    """
    found = {}
    for path, layer in walk(model):
        for inner, part in parts(layer, f"{path}/"):
            own = {name: describe(value) if inspect.isfunction(value)
                   else _describe_class(type(value), describe)
                   for name, value in vars(part).items() if _is_own(value)}
            if _is_users(type(part)):
                own["class"] = _describe_class(type(part), describe)
            if own:
                found[inner] = own
    return found


def _is_own(value):
    """Whether a layer's attribute is the user's: an activation, a regularizer, a constraint."""
    if inspect.isfunction(value):  # The code of a lambda is in the model's JSON already.
        return _is_users_function(inspect.unwrap(value)) and value.__name__ != "<lambda>"
    return hasattr(value, "get_config") and not isinstance(value, (type, tf.Module)) and _is_users(
        type(value))


def named_task(task):
    """{'task': the task as JSON}; {} of the default, which adds nothing to a run's name."""
    return {} if _is_default(task) else {"task": describe(task)}


def _is_default(task):
    # Not `== Classification()`: that call takes whatever gin binds, as the experiment's own did.
    return type(task) is Classification and all(
        getattr(task, field.name) == field.default for field in dataclasses.fields(task))


def digest(configuration, fingerprint):
    """8 hexadecimal digits over the resolved configuration, the data and the format."""
    text = json.dumps([FORMAT, configuration, fingerprint], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def run_name(name, data, identity):
    """The run's folder: 'mnist_lt-3f9c2a1b'; a fallback's name stands in it."""
    parts = [safe_name(name), *([safe_name(data.name)] if data.is_fallback else []), identity]
    return "-".join(parts)


def _describe_callable(function, inner):
    plain = inspect.unwrap(function)
    named = function if hasattr(function, "__qualname__") else plain
    described = {
        "function": f"{getattr(named, '__module__', '')}."
                    f"{getattr(named, '__qualname__', None) or _text(named)}",
        "source": _sha256(_source(plain)), **inner(given_values(function))}
    decorators = [each for each in wrappings(function)[:-1] if _is_users_function(each)]
    if decorators:
        described["wrapped_by"] = [
            {"source": _sha256(_source(each.__code__)), "closure": inner(closure(each))}
            for each in decorators]
    held = {} if isinstance(function, type) else bound_files(function)
    return {**described, "files": held} if held else described


def _describe_class(kind, inner):
    described = {"class": kind.__qualname__}
    if not _is_users(kind):
        return described
    own = [each for each in kind.__mro__ if _is_users(each)]
    described = {**described, "module": kind.__module__,
                 "source": _sha256("".join(map(_source, own)))}
    given = {each.__qualname__: values for each in own if (values := _around_class(each))}
    return {**described, "closure": inner(given)} if given else described


def _around_class(kind):
    """{method: {name: value}}: what the methods of a class take from a function that made it."""
    methods = {name: inspect.unwrap(each) for name, each in vars(kind).items() if callable(each)}
    around = {
        name: {key: value for key, value in closure(method).items() if value is not kind}
        for name, method in methods.items()
        # dataclasses writes functions of its own, in a file that is called so.
        if _is_users_function(method) and method.__code__.co_filename != "<string>"}
    return {name: values for name, values in around.items() if values}


def _as_array(value):
    """A NumPy array of an array or a tensor; None of anything else, and of a single number."""
    if isinstance(value, (type, np.generic)) or not hasattr(value, "__array__"):
        return None
    try:
        return np.asarray(value)
    except (TypeError, NotImplementedError):
        return None  # A symbolic tensor has no numbers.


def _describe_array(array, inner):
    """Type, shape and a digest: repr() leaves out most numbers of a large array."""
    described = {"array": array.dtype.str, "shape": list(array.shape)}
    if array.dtype.hasobject:  # Its bytes are addresses.
        return {**described, "values": inner(array.tolist())}
    return {**described, "sha256": hashlib.sha256(array.tobytes()).hexdigest()}


def _is_users(kind):
    return kind.__module__.partition(".")[0] not in _VERSIONED


def _is_users_function(function):
    """Whether it is written in Python, and not by a package, as a decorator of gin's is."""
    if not inspect.isfunction(function):
        return False
    package = function.__globals__.get("__name__", "").partition(".")[0]
    return package not in _VERSIONED and package != "gin"


def _sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value):
    """repr() without addresses, which differ in each process."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def _source(thing):
    try:
        return inspect.getsource(thing)
    except (OSError, TypeError):
        return ""  # The source was typed into an interpreter, or is compiled.
