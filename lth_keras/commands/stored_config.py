"""The data and the task that a stored run's own configuration names: read as data, not as code.

`analyze` and `export` both go this way.
"""

import dataclasses
import json
import pathlib

from lth_keras.commands import configuration
from lth_keras.commands.gin_files import find as find_gin_file
from lth_keras.commands.gin_syntax import given_values
from lth_keras.data import Dataset
from lth_keras.data.binding_checks import scheme_of
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import identity
from lth_keras.program import program
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.tasks import Classification

# Entries that a run's configuration leaves out if they have their defaults.
_LEFT_OUT = {"precision": "float32"}
_SHOWN = 80  # Characters of a value in an error.


def load_own_data(paths, header, data_dir=None, gin_files=(), gin_params=(), trust=False):
    """The data of a run by its own config.gin; nothing else that it names is made or imported.

    Args:
      paths: the run's `RunPaths`.
      header: its run.json.
      data_dir: where prepared TFDS data are.
      gin_files, gin_params: of the user, which win over the stored bindings: to say where a file
        is now, or to import the module of a function.
      trust: whether the modules that config.gin names may be imported.

    Returns:
      `LoadedData`; None where no gin file named the data, because the run was made from Python.

    Raises:
      ConfigurationError: the data are gone or others now, or need code that was not allowed.
      RunError: config.gin was changed.
    """
    check_config(paths, header)
    parts = configuration.read_parts(
        ("dataset", "task"), list(gin_files), list(gin_params), str(paths.config), trust)
    if "dataset" not in parts:
        return None
    dataset, task = parts["dataset"], parts.get("task")
    task = Classification() if task is None else task  # It takes its bindings, as in training.
    known = header["configuration"]
    check_configuration(
        {"dataset": identity.describe(dataset), **identity.named_task(task)},
        {"configuration": {key: known[key] for key in ("dataset", "task") if key in known}},
        paths.root)
    if not trust:
        dataset = with_own_cache(dataset, gin_files, gin_params)
    return load_data(dataset, task, header, paths.root, data_dir)


def load_data(dataset, task, header, root, data_dir=None):
    """`LoadedData`, checked to be that which the run was trained on.

    Raises:
      ConfigurationError: it cannot be loaded, or is other data.
    """
    is_file = isinstance(dataset, Dataset) and dataset.source is None and scheme_of(dataset.name)
    moved = f"--gin_param=\"Dataset.name = '{is_file}:PATH'\""
    try:
        data = _loaded(dataset, task, header["data"], data_dir)
    except ConfigurationError as error:
        if not is_file:
            raise
        said = str(error).split("\n")[0]
        raise ConfigurationError(
            f"{said}; paths begin at the working directory: give the command where the run was "
            f"trained, or with {moved}") from error
    known = header["data"]
    if data.fingerprint != known["fingerprint"]:
        remedy = f"give what it was trained with, as {moved}" if is_file else (
            "give the --data_dir that it was trained with")
        raise ConfigurationError(
            f"the data are not those of {root}: {data.name} with fingerprint "
            f"{data.fingerprint[:12]}, the run's is {known['name']} with "
            f"{known['fingerprint'][:12]}; {remedy}"
        )
    return data


def _loaded(dataset, task, known, data_dir):
    """The data; for a run on the fallback that one, whether or not the others are there now."""
    if known.get("fallback_reason") is None or not isinstance(dataset, Dataset) or (
            dataset.fallback is None):
        return dataset.load(data_dir, task)
    return dataset.load_fallback(known["fallback_reason"], task)


def check_config(paths, header):
    """Checks that config.gin is the one that the run was begun with.

    Raises:
      RunError: it was changed, or is missing.
    """
    known = header.get("tables", {}).get(paths.config.name)
    if known is not None and not is_unchanged(paths.config, known):
        raise RunError(
            f"{paths.config} is missing or not what run.json says it is (SHA-256); "
            f"`{program()} verify RUN --repair` sets it aside, and the run's own command writes it "
            "again"
        )


def check_no_program(experiment, paths, gin_files=(), gin_params=()):
    """Checks that no program is loaded but one that the user names, which only --trust may allow.

    Args:
      experiment: the `Experiment` of a stored configuration.
      paths: the run's `RunPaths`.
      gin_files, gin_params: of the user.

    Raises:
      ConfigurationError: it starts from a SavedModel that the user's own bindings do not name.
    """
    source = experiment.initial_weights
    if source is None or _is_given(source, "Experiment.initial_weights", gin_files, gin_params):
        return
    if (pathlib.Path(source).expanduser() / "saved_model.pb").exists():
        raise ConfigurationError(
            f"{paths.config} names {source!r} as Experiment.initial_weights, a SavedModel, which "
            "is a program: give --trust to have it loaded, if you know where it comes from"
        )


def with_own_cache(dataset, gin_files=(), gin_params=()):
    """The data source without a cache folder, unless the user's own bindings name it.

    Where decoded examples are kept changes no number: the reader's own place is taken.

    Args:
      dataset: the data source of a stored configuration.
      gin_files, gin_params: of the user.
    """
    folder = getattr(dataset, "cache_dir", None)
    if folder is None or _is_given(folder, "Dataset.cache_dir", gin_files, gin_params):
        return dataset
    return dataclasses.replace(dataset, cache_dir=None)


def _is_given(value, parameter, gin_files, gin_params):
    """Whether the user's own bindings give this value; a stored one may hide behind a macro."""
    found = [find_gin_file(file) for file in gin_files]
    return str(value) in given_values(found, gin_params, parameter)


def check_configuration(now, header, root):
    """Raises ConfigurationError if a setting that decides numbers has changed since the run.

    The optimizer and the variants count too, because a measure may train networks again.
    """
    known, now = header["configuration"], json.loads(json.dumps(now))
    if "own_parts" not in known:  # An earlier version did not store them.
        now.pop("own_parts", None)
    place = _difference(_LEFT_OUT | known, _LEFT_OUT | now)
    if place is not None:
        where, was, is_now = place
        raise ConfigurationError(
            f"{root} was trained with {where} = {_short(was)}, and now it is {_short(is_now)}; "
            "use the code and the bindings of the run"
        )


def _difference(was, now, where=""):
    """(place, was, now) of the first value that differs between two JSON values, or None."""
    if isinstance(was, dict) and isinstance(now, dict):
        # Plain values come first: one of them may be the cause of other differences.
        # θ_0 comes last: it differs whenever the model does.
        keys = sorted(was | now, key=lambda key: (
            key == "theta_0", isinstance(was.get(key), (dict, list))))
        inner = ((f"{where}.{key}".lstrip("."), was.get(key), now.get(key)) for key in keys)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        inner = ((f"{where}[{place}]", *pair) for place, pair in enumerate(
            zip(was, now, strict=True)))
    else:
        return None if was == now else (where, was, now)
    differences = (_difference(one, other, place) for place, one, other in inner)
    return next((each for each in differences if each), None)


def _short(value):
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
