"""Pieces that are done once; refusals before anything is measured."""

import dataclasses

import pytest

from lth_keras.analysis import (
    GradientFlow,
    Hessian,
    Lines,
    LossCurves,
    RewindSearch,
    WeightDistributions,
    run_measure,
)
from lth_keras.analysis.measure import Piece
from lth_keras.analysis.measure_runner import distinct
from lth_keras.errors import ConfigurationError
from tests.analysis.small_runs import PAIRS


def test_pieces_are_done_once_and_each_under_a_name_of_its_own():
    one = Piece("trial_01-long", 1, ("long@01",), {"level": 1})
    other = dataclasses.replace(one, references=("long@02",), arguments={"level": 2})
    found = distinct([one, other, one, dataclasses.replace(one, name="short"), other])
    assert [piece.references for piece in found] == [("long@01",), ("long@02",), ("long@01",)]
    names = [piece.name for piece in found]
    assert (names[0], names[2]) == ("trial_01-long", "short")
    assert names[1].startswith("trial_01-long-") and len(names[1]) == len(names[0]) + 9
    # A later measurement finds it again.
    assert names[1] == distinct([one, other])[1].name


@pytest.mark.parametrize("measure, said", [
    (Hessian(levels=(1, 3)), "Hessian.levels has 3; expected levels from 1 to 2"),
    (LossCurves(levels=(3,)), "LossCurves.levels has 3"),
    (GradientFlow(at=("1000ep",)), "GradientFlow.at has '1000ep', and round_00 of trial 1"),
    (GradientFlow(networks=("round_02",), at=("0ep", "1000ep")),
     "round_02 of trial 1 trained for 2 epochs (72 updates)"),
    (Hessian(split="tset"), "split is 'tset'; expected one that mnist1d has examples in"),
    (Lines(splits=("train", "tset")), "split is 'tset'"),
    (WeightDistributions(others=("/no/such/run",)), "others has '/no/such/run'; expected the dir"),
    (RewindSearch({**PAIRS, "ticket": ("ticket_1", "tikcet_2")}),
     "RewindSearch.groups['ticket'] has 'tikcet_2'; expected variants of the experiment: dense_1"),
])
def test_what_a_run_cannot_have_is_refused_before_measuring(run, measure, said):
    with pytest.raises(ConfigurationError) as raised:
        run_measure(measure, run, lambda line: None)
    assert said in str(raised.value) and "\n" not in str(raised.value)
    assert not (run.paths.root / "analysis").exists()
