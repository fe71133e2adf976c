"""`Measure`, the base class of all measures, and the types of its arguments and results."""

import abc
import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

if TYPE_CHECKING:
    from lth_keras.analysis.analyzed_run import AnalyzedRun

# The caption of a figure whose lines come from `charts.mean_line`.
MEAN_LINES = "Lines are means over trials, bands their 95 % interval."


@dataclasses.dataclass(frozen=True)
class Piece:
    """A piece of work that is stored on its own.

    Attributes:
      name: its folder.
      trial: from 1; 0 if it covers several trials.
      references: the stored networks that it measures; if one changes, it is measured again.
      arguments: further values for the measure.
      files: paths outside the run that it reads; if one changes, it is measured again.
    """

    name: str
    trial: int
    references: tuple
    arguments: dict = dataclasses.field(default_factory=dict)
    files: tuple = ()


def trial_pieces(run, patterns):
    """A `Piece` for each trial of an `AnalyzedRun` that has networks of these patterns."""
    names = {trial: tuple(run.matching(trial, patterns)) for trial in run.trials}
    return [Piece(f"trial_{trial:02d}", trial, each) for trial, each in names.items() if each]


@dataclasses.dataclass
class Findings:
    """The result of a piece: rows of a table, arrays, and facts for done.json."""

    rows: list
    arrays: dict = dataclasses.field(default_factory=dict)
    facts: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Account:
    """The summary of all pieces of a measure: {name: Figure}, sentences, and a short table."""

    figures: dict
    statements: list
    table: pd.DataFrame | None = None


class Measure(abc.ABC):
    """One question about a run's networks; the base class of every measure.

    A measure is a gin-configurable frozen dataclass with a field `name`: its results are stored in
    RUN/analysis/<name>. It defines `pieces`, `measure` and `account`; the rest has a default.

    Attributes:
      question: its question, one line for the report; '' for none.
      captions: {figure: how to read it}; a figure called 'line' stands for 'line_1', 'line_2', …
      name: the folder of its results.
    """

    question: ClassVar[str] = ""
    captions: ClassVar[dict[str, str]] = {}
    name: str

    def check(self, run: "AnalyzedRun") -> None:
        """Checks that the run has what it needs; called before anything is measured.

        Raises:
          ConfigurationError: the run lacks something that it needs.
        """

    @abc.abstractmethod
    def pieces(self, run: "AnalyzedRun") -> list[Piece]:
        """The pieces of work that the run's stored networks allow."""

    @abc.abstractmethod
    def measure(self, run: "AnalyzedRun", piece: Piece) -> Findings:
        """Does one piece of work."""

    @abc.abstractmethod
    def account(self, run: "AnalyzedRun", table: pd.DataFrame, arrays: dict[str, dict]) -> Account:
        """Figures, sentences and a short table from the rows of all pieces; loads no weights.

        Args:
          run: the analyzed run.
          table: the rows of all pieces.
          arrays: {piece's name: {name: array}}.
        """

    def caption(self, figure: str) -> str:
        """How to read one of its figures; '' if the title is enough."""
        return self.captions.get(re.sub(r"_\d+$", "", figure), "")

    def settings(self) -> dict[str, Any]:
        """All its fields but the name, as JSON gives them back."""
        values = dataclasses.asdict(self)  # type: ignore[call-overload]
        values.pop("name")
        return json.loads(json.dumps(values))
