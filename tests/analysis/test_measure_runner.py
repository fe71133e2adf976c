"""Refusals before anything is measured."""

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
from lth_keras.errors import ConfigurationError
from tests.analysis.small_runs import PAIRS


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
