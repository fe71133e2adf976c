"""The base class of all measures, and what a measure takes and gives."""

import dataclasses
import json

import pandas as pd


@dataclasses.dataclass(frozen=True)
class Piece:
    """A piece of work that is stored on its own.

    Attributes:
      name: its folder.
      trial: from 1; 0 where it spans trials.
      references: the stored networks that it measures; if one changes, it is measured again.
      arguments: what the measure has to know beside.
      files: paths outside the run that it reads; if one changes, it is measured again.
    """

    name: str
    trial: int
    references: tuple
    arguments: dict = dataclasses.field(default_factory=dict)
    files: tuple = ()


@dataclasses.dataclass
class Findings:
    """What a piece found: rows of a table, arrays, and facts for done.json."""

    rows: list
    arrays: dict = dataclasses.field(default_factory=dict)
    facts: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Account:
    """What a measure says of all its pieces: {name: Figure}, sentences, and a short table."""

    figures: dict
    statements: list
    table: pd.DataFrame | None = None


class Measure:
    """One question asked of a run's networks. A dataclass with `name`, by which it is stored."""

    name: str

    def check(self, run):
        """Checks what it asks for against the run; called before anything is measured.

        Raises:
          ConfigurationError: the run cannot have what it asks for.
        """

    def pieces(self, run):
        """The `Piece`s that the run's stored networks allow."""
        raise NotImplementedError

    def measure(self, run, piece):
        """`Findings` of one piece."""
        raise NotImplementedError

    def account(self, run, table, arrays):
        """The `Account`: from the pieces' rows together, and {piece: arrays}; loads no weights."""
        raise NotImplementedError

    def settings(self):
        """All its fields but the name, as JSON would give them back."""
        values = dataclasses.asdict(self)
        values.pop("name")
        return json.loads(json.dumps(values))
