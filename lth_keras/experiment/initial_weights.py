"""θ_0 from a file: every trial starts from weights that were trained elsewhere.

Chen et al., "The lottery ticket hypothesis for pre-trained BERT networks" (2020), and "The lottery
tickets hypothesis for supervised and self-supervised pre-training" (2021), look for tickets in such
networks, and rewind to them.
"""

import pathlib
import re

import numpy as np

from lth_keras import files, opening
from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError
from lth_keras.export import stored_network
from lth_keras.store import network_folder
from lth_keras.variables import named_variables, snapshot

_EXPECTED = (
    "expected a file .weights.h5, .h5, .keras or .npz, a SavedModel's folder, or the folder of a "
    "stored network such as runs/RUN/trial_01/round_00"
)
_TRIAL = re.compile(r"trial_(\d+)")


def read_initial_weights(path, model, whole=None):
    """The weights in a file, under the names of a model's variables.

    Args:
      path: .weights.h5, .h5 and .keras as Keras writes them, .npz with keys 'layer/kernel', a
        SavedModel, or the folder of a network of a run.
      model: the plain Keras model that they are for; its weights are overwritten.
      whole: the same with all outputs that its function gave it, where `model` has one of them.
        Keras finds a layer in a file by its class and its place, so that a file of the whole model
        has to be read into the whole model.

    Returns:
      {key: array} of every variable.

    Raises:
      ConfigurationError: there is no such file, or its weights are not this model's.
      RunError: a stored network is damaged.
    """
    path = pathlib.Path(path).expanduser()
    if not path.exists():
        raise ConfigurationError(
            f"Experiment.initial_weights is {str(path)!r}, which does not exist; {_EXPECTED}")
    variables = named_variables(model)
    arrays = _of_whole(path, whole, variables) if whole is not None else None
    if arrays is None:
        arrays = _read(path, model)
    _check(path, arrays, variables)
    return {
        key: np.asarray(arrays[key], variable.dtype.as_numpy_dtype)
        for key, variable in variables.items()
    }


def _of_whole(path, whole, variables):
    """The arrays of `variables` in a file of the whole model; None if it is no file of it."""
    try:
        arrays = _read(path, whole)
    except ConfigurationError:
        return None  # It may be one of the model with one output.
    if not all(key in arrays for key in variables):
        return None
    beside = named_variables(whole).keys() - variables.keys()
    return {key: value for key, value in arrays.items() if key not in beside}


def _read(path, model):
    if path.is_dir():
        return _from_folder(path, model)
    if path.suffix == ".npz":
        return files.read_npz(path)
    if path.suffix in (".keras", ".h5"):
        return _from_keras(path, model, named_variables(model))
    raise ConfigurationError(
        f"Experiment.initial_weights is {str(path)!r}, a file of another kind; {_EXPECTED}")


def _check(path, arrays, variables):
    wrong = [f"has no {key!r}" for key in variables if key not in arrays]
    wrong += [f"has {key!r}, which the model has not" for key in arrays if key not in variables]
    wrong += [
        f"has {key!r} of shape {np.shape(arrays[key])} where the model's is {tuple(variable.shape)}"
        for key, variable in variables.items()
        if key in arrays and np.shape(arrays[key]) != tuple(variable.shape)
    ]
    wrong += [f"has {key!r} with values that are not finite" for key, value in arrays.items()
              if np.asarray(value).dtype.kind == "f" and not np.all(np.isfinite(value))]
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise ConfigurationError(
            f"Experiment.initial_weights, {path}, {wrong[0]}{more}; expected the weights of the "
            "experiment's own model, with the same names of layers and the same shapes"
        )


def _from_folder(path, model):
    if network_folder.is_done(path):
        trial = _TRIAL.fullmatch(path.resolve().parent.name)
        run = path.resolve().parent.parent
        if trial is not None and opening.is_file(run / "run.json"):
            return stored_network.find(run, int(trial[1]), path.resolve().name).trained
    if (path / "saved_model.pb").is_file():
        return _from_saved_model(path, model)
    raise ConfigurationError(
        f"Experiment.initial_weights is {str(path)!r}, which is neither a stored network nor a "
        f"SavedModel; {_EXPECTED}"
    )


def _from_keras(path, model, variables):
    # Variables that the file lacks stay NaN, and are refused by name.
    for variable in variables.values():
        if variable.dtype.is_floating:
            variable.assign(tf.fill(variable.shape, np.nan))
    try:
        model.load_weights(str(path))
    except Exception as error:  # noqa: BLE001 - h5py, zipfile and Keras each have their own.
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ConfigurationError(
            f"Experiment.initial_weights, {path}, does not fit the model: {reason}; expected a "
            "file that Keras 2 (tf_keras) wrote of the same architecture"
        ) from error
    values = snapshot(variables)
    return {key: value for key, value in values.items()
            if value.dtype.kind != "f" or not np.all(np.isnan(value)) or not value.size}


def _from_saved_model(path, model):
    keys = {variable.name: key for key, variable in named_variables(model).items()}
    try:
        loaded = keras.models.load_model(path, compile=False)
        if isinstance(loaded, keras.Model) and loaded.layers:
            return snapshot(named_variables(loaded))
    except Exception:  # noqa: BLE001 - no Keras model, or one of classes that are not here:
        pass  # its variables are there all the same.
    try:
        held = tf.saved_model.load(str(path)).variables
    except Exception as error:  # noqa: BLE001 - whatever TensorFlow says of a damaged one.
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ConfigurationError(
            f"Experiment.initial_weights, {path}, cannot be read as a SavedModel: {reason}"
        ) from error
    return {
        keys.get(variable.name, variable.name.split(":")[0]): variable.numpy()
        for variable in held
    }
