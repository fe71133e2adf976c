"""The arguments of a variant's network, and how many weights it gets."""

import pathlib
import types

import gin
import numpy as np
import pytest

from lth_keras.commands import configuration
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import execute, prepare
from lth_keras.experiment.architectures import Architecture, MatchedWidth, SameArchitecture
from lth_keras.experiment.context import Context
from lth_keras.granularity import Units
from lth_keras.pruning import RewindingSchedule
from lth_keras.statistics.training_costs import training_costs
from lth_keras.store import network_folder
from lth_keras.store.verification import verify
from tests import small_experiments
from tests.reporters import SilentReporter

SMOKE = pathlib.Path(__file__).resolve().parents[2] / "gin" / "smoke" / "variants.gin"


def test_the_same_network_and_one_of_the_tickets_size():
    job = types.SimpleNamespace(matched_width=lambda: 0.25)
    assert SameArchitecture().arguments(job) == {} and SameArchitecture().description is None
    assert MatchedWidth().arguments(job) == {"width": 0.25}
    assert MatchedWidth().description.startswith("a narrower dense network")


def checked(architecture, foretells, workers=1):
    """What the check of a variant's architecture builds, before anything is trained."""
    built = []
    architecture.check(types.SimpleNamespace(
        label="small", round=2, arguments={"width": 0.25} if foretells else None,
        context=types.SimpleNamespace(
            foretells_weights=foretells, replicas=types.SimpleNamespace(workers=workers),
            schedule=RewindingSchedule(2, 0.5, scope="global", granularity=Units()),
            matched_width=lambda round: round / 10, build=lambda **given: built.append(given))))
    return built


def test_the_check_builds_the_network_or_one_of_nearly_its_size():
    assert checked(MatchedWidth(), True, workers=2) == [{"width": 0.25}]
    assert checked(MatchedWidth(), False) == [{"width": 0.2}]
    assert checked(Architecture(), True) == [{"width": 0.25}]


def test_several_workers_have_to_know_the_width_before_training():
    with pytest.raises(ConfigurationError, match=r"'small' is MatchedWidth.* its width depends on "
                       "the masks .* 2 workers .*; expected scope 'layerwise', one worker"):
        checked(MatchedWidth(), False, workers=2)


@pytest.mark.parametrize("foretells, found, width", [
    (True, 300, 0.7), (False, 300, 0.3), (False, None, 0.7)])
def test_the_width_is_that_of_the_found_masks_where_the_schedule_does_not_say(
        foretells, found, width):
    context = types.SimpleNamespace(
        foretells_weights=foretells, schedule=None, _widths={},
        grouping=types.SimpleNamespace(kept_weights=lambda schedule, round: 700),
        _count_at_width=lambda width: round(1000 * width))
    masks = None if found is None else lambda: {"a/kernel": np.arange(1000) < found}
    assert Context.matched_width(context, 2, masks) == pytest.approx(width, abs=1e-3)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Units that compete over all layers, in two trials: how many weights stay is not foretold."""
    experiment = configuration.read([str(SMOKE)], (
        *small_experiments.SMALL, "Experiment.model = @lenet_300_100",
        "lenet_300_100.width = 0.1", "Experiment.trials = 2", "RewindingSchedule.rounds = 2",
        "RewindingSchedule.rate = 0.4", "RewindingSchedule.rates = {}", "ROUNDS = (2,)",
        "RewindingSchedule.scope = 'global'", "RewindingSchedule.granularity = @Units()",
        "RewindingSchedule.min_per_layer = 4",
        "IMP.duration = '6it'", "Experiment.duration = '6it'", "Experiment.evaluate_every = '6it'",
        "Experiment.variants = [@dense_matched/Variant(), @small_dense_random/Variant()]"))
    gin.clear_config()
    prepared = prepare(experiment, tmp_path_factory.mktemp("runs"))
    execute(prepared, SilentReporter())
    return prepared.context


@pytest.mark.ci
def test_a_width_that_only_the_found_masks_say(run):
    assert not run.foretells_weights
    estimate = run.grouping.kept_weights(run.schedule, 2)
    facts = {(trial, name): network_folder.facts(run.paths.network(trial, name))
             for trial in (1, 2)
             for name in ("round_00", "round_01", "round_02", "dense_matched@02",
                          "small_dense_random@02")}
    costs = training_costs(network_folder.header(run.paths), facts).set_index(["trial", "unit"])
    for trial in (1, 2):
        ticket, matched, fresh = (facts[trial, name] for name in (
            "round_02", "dense_matched@02", "small_dense_random@02"))
        kept, wanted = (sum(each["kept_weights"].values()) for each in (matched, ticket))
        assert kept == pytest.approx(wanted, rel=0.1) and abs(kept / estimate - 1) > 0.2
        assert matched["architecture"] == fresh["architecture"] != {}
        # The two rounds before have found the mask, of which nothing else is used here.
        assert "../round_02/masks.npz" in fresh["made_from"]["files"]
        assert costs.loc[(trial, "small_dense_random@02"), "updates"] == sum(
            each["steps"] - each["start_step"] for each in (
                facts[trial, "round_00"], facts[trial, "round_01"], fresh))
    assert verify(run.paths).findings == []
