"""The step that a variant trains to, if the durations of a round and of the experiment differ."""

import collections
import dataclasses
import pathlib

import gin
import pytest

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.experiment import execute, identity, prepare
from lth_keras.initializers import EmpiricalDistribution
from lth_keras.store import network_folder
from lth_keras.store.metrics import read_rows
from lth_keras.store.verification import verify
from tests.reporters import SilentReporter

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = ("fine_tune", "lr_rewind", "dense_sparse_dense", "ticket", "late_full", "reinit_histogram",
         "reinit_layer", "dense")
# The rewind point is step 10; a round is 20 updates from there on, a variant 40.
UNEQUAL = (
    "IMP.duration = '30it'", "Experiment.duration = '50it'", "RewindingSchedule.rounds = 2",
    "ROUNDS = (2,)", "Dataset.train_examples = 300", "Experiment.batch_size = 30",
    "Experiment.evaluate_every = '10it'", "late_full/Variant.name = 'late_full'",
    "late_full/Variant.rounds = ()", "late_full/Variant.mask = @KeepAll()",
    "late_full/Variant.weights = @RewoundWeights()",
    "dense/Variant.name = 'dense'", "dense/Variant.duration = '30it'",
    "dense/Variant.mask = @KeepAll()", "dense/Variant.weights = @InitialWeights()",
    f"Experiment.variants = [{', '.join(f'@{name}/Variant()' for name in NAMES)}]",
)


class Counting(SilentReporter):
    """A reporter that counts the steps of each network."""

    def __init__(self):
        super().__init__()
        self.planned, self.counted = {}, collections.Counter()

    def job_started(self, label, steps, epochs):
        self.planned[label] = steps

    def advanced(self, label, steps, *_):
        self.counted[label] += steps


@pytest.fixture(scope="module")
def experiment():
    made = configuration.read([str(ROOT / "gin/smoke/variants.gin")], UNEQUAL)
    gin.clear_config()
    return made


@pytest.fixture(scope="module")
def run(experiment, tmp_path_factory):
    prepared = prepare(experiment, tmp_path_factory.mktemp("runs"))
    reporter = Counting()
    execute(prepared, reporter)
    return prepared, reporter.planned, reporter.counted


@pytest.mark.parametrize("job, first, last", [
    ("round_00", 0, 30), ("round_01", 10, 30),
    ("fine_tune@01", 30, 50), ("fine_tune@02", 50, 70),
    ("lr_rewind@01", 10, 30), ("lr_rewind@02", 10, 30),
    ("dense_sparse_dense@02", 10, 50), ("ticket@02", 10, 50), ("late_full", 10, 50),
    ("reinit_histogram@02", 0, 50),
])
def test_chains_train_as_long_as_a_round_and_all_others_as_the_experiment_says(
        run, job, first, last):
    prepared, planned, advanced = run
    facts = network_folder.facts(prepared.context.paths.network(1, job))
    assert (facts["start_step"], facts["steps"]) == (first, last)
    assert planned[f"trial 1 {job}"] == advanced[f"trial 1 {job}"] == last - first


def test_the_dense_network_may_stand_beside_a_rounds_ticket(run):
    paths = run[0].context.paths
    facts = network_folder.facts(paths.network(1, "dense@02"))
    assert (facts["equal_to"], facts["round"], facts["density"]) == ("round_00", 2, 1)
    ours, dense = (read_rows(paths.network(1, name)) for name in ("dense@02", "round_00"))
    assert set(ours["round"]) == {2} and set(ours["variant"]) == {"dense"}
    assert ours.drop(columns=["variant", "round"]).equals(dense.drop(columns=["variant", "round"]))
    assert verify(paths).findings == []


def test_the_progress_bars_total_is_what_was_trained(run):
    prepared, planned, advanced = run
    assert prepared.total_steps == sum(planned.values()) == sum(advanced.values())


def test_a_chains_own_duration_wins(experiment):
    chain, _, restored, *_ = experiment.variants
    assert chain.duration_in(experiment) == "30it"
    assert restored.duration_in(experiment) == "50it"
    assert dataclasses.replace(chain, duration="7it").duration_in(experiment) == "7it"


def test_only_runs_whose_durations_differ_are_called_otherwise(run, experiment):
    model = run[0].context.build()
    told = {
        name: [each["duration"] for each in identity.resolved(made, model, "")["variants"]]
        for name, made in (
            ("differ", experiment), ("equal", dataclasses.replace(experiment, duration="30it")))
    }
    assert told == {"differ": ["30it", "30it", *[None] * 5, "30it"], "equal": [*[None] * 7, "30it"]}


def test_the_distance_between_both_ways_of_sampling_is_told(run):
    paths = run[0].context.paths
    measured = EmpiricalDistribution.load(paths.distributions(1) / "ticket@02_initial.npz")
    (pool,) = told(paths, "reinit_histogram@02").items()
    assert pool == ("global", measured.distance())
    assert 0 < pool[1]["kolmogorov_smirnov"] < 0.01 and 0 < pool[1]["wasserstein"] < 1e-3
    layers = told(paths, "reinit_layer@02")
    assert layers == {key: measured.distance(key) for key in measured.layers}
    assert told(paths, "ticket@02") is None


def told(paths, job):
    return network_folder.facts(paths.network(1, job)).get("histogram_distance")


def test_run_json_names_all_that_is_installed_beside_what_is_compared(run):
    header = files.read_sealed_json(run[0].context.paths.run_json)
    installed = header["installed"]
    assert installed["numpy"] == header["versions"]["numpy"]
    # pytest does not change a run's numbers.
    assert installed["pytest"] == pytest.__version__ and "pytest" not in header["versions"]
