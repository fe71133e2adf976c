"""Reads a trained network of a run, with all stored facts about it."""

import dataclasses
import difflib
import pathlib

from lth_keras import masks, opening
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.export.safe_config import check_config, room_for
from lth_keras.paths import RunPaths
from lth_keras.program import program
from lth_keras.store import network_folder
from lth_keras.store.masks_and_weights import acting_masks, changed_files, read_start, read_weights
from lth_keras.store.metrics import read_rows
from lth_keras.variables import named_variables

# A built-in layer that tf_keras does not find by its name.
_UNLISTED = {"SpectralNormalization": keras.layers.SpectralNormalization}


@dataclasses.dataclass(frozen=True, eq=False)
class StoredNetwork:
    """A trained network of a run, as stored.

    Attributes:
      folder: its path.
      header: run.json.
      facts: its done.json.
      config: the Keras configuration of its plain model.
      masks: {key: bool array}.
      trained: {key: array} after training, pruned weights zero.
      untrained: {key: array} that training started from, pruned weights zero.
      metrics: its metrics.csv.
    """

    folder: pathlib.Path
    header: dict = dataclasses.field(repr=False)
    facts: dict
    config: dict = dataclasses.field(repr=False)
    masks: dict = dataclasses.field(repr=False)
    trained: dict = dataclasses.field(repr=False)
    untrained: dict = dataclasses.field(repr=False)
    metrics: object = dataclasses.field(repr=False)


def find(run, trial, name):
    """Reads a network and checks its files against their checksums.

    Args:
      run: the run's folder.
      trial: from 1.
      name: the network's folder: 'ticket@06', 'full', 'round_03'.

    Raises:
      ConfigurationError: there is no such run, trial or network; the message names those there are.
      RunError: a stored file is damaged.
    """
    paths = RunPaths(run)
    if not opening.exists(paths.run_json):
        raise ConfigurationError(
            f"{paths.root} is no run (it has no run.json); see {program()} list"
        )
    header = network_folder.header(paths)
    if not opening.is_folder(paths.trial(trial)):
        there = [each for each in opening.entries(paths.root) if each.startswith("trial_")]
        raise ConfigurationError(
            f"{paths.root} has no trial {trial}; it has {', '.join(there) or 'none'}"
        )
    folder = paths.network(trial, name)
    there = [each for each in opening.entries(paths.trial(trial))
             if network_folder.is_done(paths.trial(trial) / each)]
    if name not in there:  # This also refuses a path to another trial with '..'.
        raise ConfigurationError(
            f"trial {trial} of {paths.root} has no finished {name!r}{_meant(name, there)}; it has "
            f"{', '.join(there) or 'none'}"
        )
    facts = network_folder.facts(folder)
    changed = changed_files(folder, facts["files"])
    if changed:
        raise RunError(
            f"{folder / changed[0]} is missing or not what done.json says it is (SHA-256); the "
            "stored network is damaged: train it again, or take another trial"
        )
    stored_masks, trained = acting_masks(folder), read_weights(folder)
    masks.check_applied(stored_masks, trained)
    return StoredNetwork(
        folder, header, facts, _config(header, facts, folder), stored_masks, trained,
        read_start(paths, trial, name), read_rows(folder),
    )


def _meant(name, there):
    close = difflib.get_close_matches(name, there, 1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def build(config, weights, input_shape=None):
    """The plain Keras model of a configuration, with these weights, without TFMOT's wrappers.

    Args:
      config: as `model.get_config()` gave it, functional or Sequential.
      weights: {key: array} of every variable.
      input_shape: of one example, as run.json says it, which the model must take; None where there
        are several inputs.

    Raises:
      ConfigurationError: the model has layers of the user's own that are not registered, or the
        weights are not this model's.
    """
    check_config(config, weights, "the run", input_shape)
    kind = keras.Model if "input_layers" in config else keras.Sequential
    try:
        with room_for(weights, "the run"):
            model = kind.from_config(config, _UNLISTED)
    except ConfigurationError:
        raise
    # A configuration with the right classes and wrong values may make Keras raise anything.
    except Exception as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:300]
        raise ConfigurationError(
            f"the stored model {config.get('name')!r} cannot be built again: {why}; expected "
            "built-in layers, or layers registered with "
            "keras.saving.register_keras_serializable before the export"
        ) from error
    variables = named_variables(model)
    different = sorted(
        key for key in variables.keys() | weights.keys()
        if key not in variables or key not in weights
        or tuple(variables[key].shape) != weights[key].shape
    )
    if different:
        raise ConfigurationError(
            f"the stored weights and the stored model {model.name!r} differ in {different[0]!r}; "
            "expected those of one network"
        )
    for key, variable in variables.items():
        variable.assign(weights[key])
    return model


def _config(header, facts, folder):
    if not facts.get("architecture"):
        return header["configuration"]["model"]
    if "model" not in facts:
        raise ConfigurationError(
            f"{folder} does not say how its network of {facts['architecture']} is built (done.json "
            "has no 'model'); set it aside, and the run's own command trains it again"
        )
    return facts["model"]
