"""The bare ticket: masks and the weights that its training starts from. NumPy only.

A folder with masks.npz, weights.npz (the rewind point, pruned weights zero) and ticket.json.
"""

import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from lth_keras import files, opening
from lth_keras import masks as masks_lib
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.program import program
from lth_keras.store.masks_and_weights import as_masks, changed_files
from lth_keras.store.schemas import TicketCard, checked

CARD = "ticket.json"
FORMAT = 1


@dataclasses.dataclass(frozen=True, eq=False)
class TicketFile:
    """A ticket that was read back.

    Attributes:
      masks: {'layer/kernel': bool array} of the prunable weights.
      weights: {'layer/kernel': array, 'layer/bias': …}, every variable at the rewind point, with
        zeros where the masks have none.
      step: the optimizer's step at the rewind point.
      card: the content of ticket.json: what it is and where it comes from.
    """

    masks: dict = dataclasses.field(repr=False)
    weights: dict = dataclasses.field(repr=False)
    step: int
    card: dict = dataclasses.field(repr=False)

    @property
    def density(self) -> float:
        """Share of the prunable weights that is kept, in [0, 1]."""
        return masks_lib.density(self.masks)

    def renamed(self, names: Mapping[str, str]) -> "TicketFile":
        """The same ticket with other layer names, for a model with different names.

        Args:
          names: {the ticket's layer: the model's layer}; layers not named keep theirs.

        Raises:
          ConfigurationError: the ticket has no such layer, or two layers would get one name.
        """
        own = {key.rsplit("/", 1)[0] for key in self.weights}
        for name in names:
            if name not in own:
                raise ConfigurationError(
                    f"the ticket has no layer {name!r}; it has {', '.join(sorted(own))}"
                )

        def rename(arrays):
            renamed = {}
            for key, array in arrays.items():
                layer, short = key.rsplit("/", 1)
                renamed[f"{names.get(layer, layer)}/{short}"] = array
            if len(renamed) != len(arrays):
                raise ConfigurationError(
                    f"the names {names!r} give two layers one name; expected each its own"
                )
            return renamed

        return dataclasses.replace(self, masks=rename(self.masks), weights=rename(self.weights))

    def check_fits(self, shapes: Mapping[str, tuple]) -> None:
        """Checks the ticket against a model's variables.

        Args:
          shapes: {'layer/kernel': shape, …} of every variable of the model.

        Raises:
          ConfigurationError: variables are missing, unknown or of another shape; it names them.
        """
        wrong = [
            f"{key} {tuple(array.shape)} is not in the model"
            for key, array in self.weights.items() if key not in shapes
        ]
        wrong += [
            f"the model's {key} {tuple(shape)} is not in the ticket"
            for key, shape in shapes.items() if key not in self.weights
        ]
        wrong += [
            f"{key} has shape {tuple(array.shape)}, the model's {tuple(shapes[key])}"
            for key, array in self.weights.items()
            if key in shapes and tuple(shapes[key]) != tuple(array.shape)
        ]
        if wrong:
            more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
            raise ConfigurationError(
                f"the ticket does not fit the model: {'; '.join(wrong[:3])}{more}; expected the "
                "same layer names and shapes (load_ticket(…, names=…) renames layers)"
            )

    def assign_to(self, model: Any) -> None:
        """Assigns the ticket's weights, zeros where pruned, to a built model of tf_keras or Keras
        3.

        Raises:
          ConfigurationError: the layers don't match; nothing has been assigned.
        """
        from lth_keras.keras3 import named_variables_of  # brings TensorFlow along

        variables = named_variables_of(model)
        self.check_fits({key: tuple(variable.shape) for key, variable in variables.items()})
        for key, variable in variables.items():
            variable.assign(self.weights[key])


def write_ticket(
    folder: str | os.PathLike, masks: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray],
    step: int, card: Mapping[str, Any],
) -> None:
    """Writes a ticket's folder.

    Args:
      folder: its path; it is made if it is missing.
      masks, weights, step: as in `TicketFile`; the masks are applied here.
      card: facts about it, for people and for other programs.
    """
    folder = pathlib.Path(folder)
    files.write_npz(folder / "masks.npz", masks, compress=True)
    files.write_npz(folder / "weights.npz", masks_lib.apply(masks, weights), compress=True)
    checksums = {name: files.sha256(folder / name) for name in ("masks.npz", "weights.npz")}
    files.write_sealed_json(
        folder / CARD, {**card, "format": FORMAT, "step": step, "files": checksums})


def load_ticket(
    path: str | os.PathLike, model: Any = None, names: Mapping[str, str] | None = None,
) -> TicketFile:
    """Reads a ticket that `run.py export --format=ticket` wrote.

    Args:
      path: the export's folder, or the folder `ticket` in it.
      model: a built model of tf_keras or Keras 3 that the ticket has to fit, or None.
      names: {the ticket's layer: the model's layer} where they are called differently.

    Returns:
      A `TicketFile`, under the model's names.

    Raises:
      ConfigurationError: there is no ticket, or it does not fit the model.
      RunError: it is damaged.
    """
    folder = ticket_folder(path)
    card = _read_card(folder)
    changed = changed_files(folder, card["files"])
    if changed:
        raise RunError(
            f"{folder / changed[0]} is missing or not what {CARD} says it is (SHA-256); the ticket "
            "is damaged: export it again"
        )
    masks = as_masks(files.read_npz(folder / "masks.npz"), folder / "masks.npz")
    weights = files.read_npz(folder / "weights.npz")
    masks_lib.check_applied(masks, weights)
    ticket = TicketFile(masks, weights, card["step"], card)
    if names:
        ticket = ticket.renamed(names)
    if model is not None:
        from lth_keras.keras3 import named_variables_of  # brings TensorFlow along

        ticket.check_fits({
            key: tuple(variable.shape) for key, variable in named_variables_of(model).items()
        })
    return ticket


def ticket_folder(path: str | os.PathLike) -> pathlib.Path:
    """The folder of the ticket at `path`, which may be the export around it.

    Raises:
      ConfigurationError: there is none.
    """
    path = pathlib.Path(path)
    for folder in (path, path / "ticket"):
        if opening.is_file(folder / CARD):
            return folder
    raise ConfigurationError(
        f"{path} holds no ticket; expected a folder with {CARD}, as "
        f"{program()} export RUN --format=ticket --to=DIR writes it"
    )


def ticket_digest(path: str | os.PathLike) -> str:
    """Hexadecimal SHA-256 of a ticket's masks and weights."""
    card = _read_card(ticket_folder(path))
    return hashlib.sha256("".join(sorted(card["files"].values())).encode()).hexdigest()


def _read_card(folder):
    card = checked(TicketCard, files.read_sealed_json(folder / CARD), folder / CARD)
    if card["format"] != FORMAT:
        raise ConfigurationError(
            f"{folder / CARD} has the format {card.get('format')!r}; expected {FORMAT}"
        )
    return card
