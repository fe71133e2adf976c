"""`Measure`, the base class: captions, settings, and a piece for each trial."""

import dataclasses
import types

from lth_keras.analysis import Lines, Measure
from lth_keras.analysis.measure import Piece, trial_pieces


@dataclasses.dataclass(frozen=True)
class Mine(Measure):
    captions = {"line": "From one end to the other."}

    networks: tuple = ("round_*",)
    name: str = "mine"

    def pieces(self, run):
        return trial_pieces(run, self.networks)

    def measure(self, run, piece):
        raise AssertionError

    account = measure


def test_a_caption_stands_for_all_figures_of_its_name():
    assert Mine().caption("line_2") == Mine().caption("line") == "From one end to the other."
    assert Mine().caption("other") == "" and Mine().question == ""


def test_settings_are_fields_as_json_gives_them_back():
    assert Mine().settings() == {"networks": ["round_*"]}
    assert "name" not in Lines().settings() and Lines().settings()["points"] == 30


def test_trials_without_such_networks_have_no_piece():
    names = {1: ["round_00", "round_01"], 2: []}
    run = types.SimpleNamespace(trials=[1, 2], matching=lambda trial, patterns: names[trial])
    assert Mine().pieces(run) == [Piece("trial_01", 1, ("round_00", "round_01"))]
