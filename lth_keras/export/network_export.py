"""Exports a stored network: writes it beside its place, reloads and checks it, then renames it."""

import dataclasses
import os
import pathlib
import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from lth_keras import files
from lth_keras.data import Dataset, LoadedData
from lth_keras.errors import ConfigurationError
from lth_keras.export import model_card as cards
from lth_keras.export import stored_network, write_export
from lth_keras.export.choices import DEFAULT, TICKET, check_choices, no_place, place_of
from lth_keras.paths import RunPaths, variant_name
from lth_keras.program import program
from lth_keras.store import network_folder
from lth_keras.tasks import stored_task

# The variants that are dense networks with as many weights as a round's ticket.
_OF_ITS_SIZE = ("dense_matched", "small_dense_random", "dense_matched_trained")


@dataclasses.dataclass(frozen=True)
class ExportOptions:
    """How to export.

    Attributes:
      formats: names of `choices.FORMATS`, and 'ticket'.
      input_form: 'uint8': SavedModel, ONNX and TFLite take raw images and normalise them;
        'float': they take normalised floats; None: 'uint8' where the data are.
      weights: 'trained', or 'untrained': the weights that training started from.
      compact: export the smaller dense network of `compact`.
      latency: measure it, against the dense network.

    Raises:
      ConfigurationError: a value is not one of those.
    """

    formats: tuple = DEFAULT
    input_form: str | None = None
    weights: str = "trained"
    compact: bool = False
    latency: bool = True

    def __post_init__(self):
        check_choices(self.formats, self.input_form, self.weights, self.compact)


def export_network(
    run: str | os.PathLike, trial: int, network: str, to: str | os.PathLike,
    options: ExportOptions = ExportOptions(), data_dir: str | None = None,
    data: LoadedData | None = None, machine: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Exports one network of a run, and checks what was written in a fresh process.

    Args:
      run: the run's folder.
      trial: from 1.
      network: its folder in the trial: 'ticket@06', 'full', 'round_03', …
      to: the folder to make; it must not exist.
      options: `ExportOptions`.
      data_dir: where prepared TFDS data are.
      data: `LoadedData`, for a run on the user's own data; None loads a data set of TFDS, or an
        embedded one, by the name in run.json.
      machine: facts of the machine for the card; None takes those of Python's platform module.

    Returns:
      The card, as written to card.json.

    Raises:
      ConfigurationError: there is no such network, or `to` exists.
      RunError: the written export does not pass its checks; it is removed again.
    """
    stored = network_to_export(run, trial, network, to)
    data = data if data is not None else load_data(stored.header, data_dir)
    return export_stored(stored, data, to, options, machine)


def network_to_export(
    run: str | os.PathLike, trial: int, network: str, to: str | os.PathLike,
) -> stored_network.StoredNetwork:
    """The stored network, if it can be exported to that place; arguments and errors as
    `export_network`'s."""
    place_of(to)
    return stored_network.find(run, trial, network)


def export_stored(
    stored: stored_network.StoredNetwork, data: LoadedData, to: str | os.PathLike,
    options: ExportOptions, machine: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Exports a network that was read; arguments, result and errors as `export_network`'s."""
    to = place_of(to)
    form = _input_form(options.input_form, data)
    is_bare = options.formats == (TICKET,)
    others = _beside(stored) if options.latency and not is_bare else {}
    _make_parent(to)
    # A hidden folder beside its place: on the same disk, where renaming is one step.
    with tempfile.TemporaryDirectory(prefix=f".{to.name}.", suffix=".partial",
                                     dir=to.parent) as partial:
        folder = pathlib.Path(partial) / "export"
        folder.mkdir()
        if is_bare:
            card = write_export.write_bare_ticket(folder, stored, data, form, machine)
        else:
            card = write_export.write(folder, stored, data, form, options, machine)
        write_export.verify(folder, card, pathlib.Path(partial) / "test.npz")
        if others:
            write_export.measure(folder, card, others, data, form, pathlib.Path(partial) / "beside")
        files.write_json(folder / "card.json", card)
        files.write_text(folder / "README.md", cards.readme(card))
        os.rename(folder, place_of(to))
    return card


def _beside(stored):
    """The networks that an export is timed against: the dense one, and a dense one of its size."""
    run, trial = stored.folder.parent.parent, stored.facts["trial"]
    others = {"dense": stored_network.find(run, trial, "round_00")}
    for variant in _OF_ITS_SIZE:
        name = variant_name(variant, stored.facts["round"] or None)
        if name != stored.facts["unit"] and network_folder.is_done(
                RunPaths(run).network(trial, name)):
            return others | {"matched": stored_network.find(run, trial, name)}
    return others


def _make_parent(to):
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise no_place(to, error) from error


def load_data(header: Mapping[str, Any], data_dir: str | None) -> LoadedData:
    """The data of a run, checked to be the same ones.

    Raises:
      ConfigurationError: they cannot be loaded, or have changed since.
    """
    described = dict(header["configuration"]["dataset"])
    if described.pop("class", None) != "Dataset":
        raise ConfigurationError(
            f"the run's data are {header['data']['name']!r}, arrays that no Dataset.name loads "
            "again; export from Python: tickets[ROUND].export(TO), where tickets is what the same "
            "call of find_ticket gives at once, or export_network(…, data=LoadedData)"
        )
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in described.items()}
    try:
        data = Dataset(**values).load(data_dir, stored_task(header["configuration"]))
    except (ConfigurationError, TypeError) as error:
        # run.json has no places of files, no functions and no tokenizer's settings as such.
        raise ConfigurationError(
            f"the run's data, {header['data']['name']!r}, cannot be loaded again by what run.json "
            f"says of them: {str(error).splitlines()[0]:.80}; give export_network(…, "
            f"data=LoadedData), or export with the command `{program()} export`, which reads "
            "config.gin"
        ) from error
    if data.fingerprint != header["data"]["fingerprint"]:
        raise ConfigurationError(
            f"{data.name} is not what the run was trained on (fingerprint "
            f"{data.fingerprint[:12]}, the run's {header['data']['fingerprint'][:12]}); give "
            "--data_dir=DIR of the data it used"
        )
    return data


def _input_form(form, data):
    own = "uint8" if data.images.dtype == np.uint8 else "float"
    if form == "uint8" and own != "uint8":
        raise ConfigurationError(
            f"input is 'uint8' but {data.name} has {data.images.dtype} examples; expected 'float'"
        )
    return form or own
