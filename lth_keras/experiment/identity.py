"""A run's identity: a hash over everything that decides its numbers, and nothing else."""

import dataclasses
import hashlib
import inspect
import json
import sys

from lth_keras.experiment.bound_files import bound_files
from lth_keras.experiment.unnamed_defaults import is_unnamed
from lth_keras.granularity import Weights
from lth_keras.paths import safe_name
from lth_keras.tasks import Classification

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

    For a user's class its source is included, and that of the user's base classes.
    """
    if hasattr(value, "get_config") and not isinstance(value, type):
        return {**_describe_class(type(value)), **value.get_config()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            **_describe_class(type(value)),
            **{field.name: describe(getattr(value, field.name))
               for field in dataclasses.fields(value)
               if not is_unnamed(field, getattr(value, field.name))},
        }
    if _is_users(type(value)) and hasattr(value, "__dict__") and not isinstance(value, type):
        # repr() would contain the object's address, which differs in each process.
        return {**_describe_class(type(value)), **describe(vars(value))}
    if isinstance(value, dict):
        return {str(key): describe(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [describe(each) for each in value]
    if callable(value):
        return _describe_callable(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)


def resolved(experiment, model, theta_0):
    """The experiment as JSON; the model is described by its layers and not by its function's name.

    Args:
      experiment: `Experiment`.
      model: the plain model built from it.
      theta_0: hexadecimal digest of the first trial's initial weights. One architecture may be
        built from scratch, or with weights that its function loads.
    """
    described = describe(experiment)
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
    described["theta_0"] = theta_0
    bound = bound_files(experiment.model)
    if bound:
        described["files"] = bound
    return described


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


def _describe_callable(function):
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', function)}"
    source = _source(inspect.unwrap(function))
    return {"function": name, "source": hashlib.sha256(source.encode()).hexdigest()}


def _describe_class(kind):
    described = {"class": kind.__qualname__}
    if not _is_users(kind):
        return described
    source = "".join(_source(each) for each in kind.__mro__ if _is_users(each))
    return {
        **described, "module": kind.__module__,
        "source": hashlib.sha256(source.encode()).hexdigest(),
    }


def _is_users(kind):
    return kind.__module__.partition(".")[0] not in _VERSIONED


def _source(thing):
    try:
        return inspect.getsource(thing)
    except (OSError, TypeError):
        return ""  # The source was typed into an interpreter, or is compiled.
