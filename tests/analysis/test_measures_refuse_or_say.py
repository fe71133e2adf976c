"""What measures refuse before anything is measured, and what their statements own up to."""

import json
import shutil

import gin
import numpy as np
import pandas as pd
import pytest

from lth_keras import files
from lth_keras.analysis import (
    GradientFlow,
    Hessian,
    Landscape,
    Lines,
    LossCurves,
    RewindSearch,
    WeightDistributions,
    network_references,
    retrain,
    run_measure,
)
from lth_keras.commands import analyze_command
from lth_keras.commands import main as commands
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.store import network_folder

PAIRS = {"dense": ("dense_1", "dense_2")}
LONG = "[@SolutionLosses(), @GradientFlow()]\nSolutionLosses.name = 'never'"


def measured(measure, run):
    """The statements and the table that a measure leaves."""
    folder = run_measure(measure, run, lambda line: None)
    said = json.loads((folder / "summary.json").read_text())["statements"]
    return "\n".join(said), pd.read_csv(folder / "table.csv")


@pytest.mark.parametrize("binding, said", [
    ("Adam.learning_rate = 0.5", "was trained with optimizer.learning_rate = 0.0012, and now it"),
    ("Experiment.duration = '1ep'", "was trained with duration = '2ep', and now it is '1ep'"),
    ("Experiment.precision = 'mixed_bfloat16'", "was trained with precision = 'float32', and now"),
    ("Experiment.variants = ()", "was trained with variants = [{"),
    (f"Analysis.measures = {LONG}\nGradientFlow.at = ('9ep',)", "GradientFlow.at has '9ep'"),
])
def test_another_setup_is_refused_before_anything_is_measured(root, capsys, binding, said):
    assert commands.main(
        ["analyze", str(root), *(f"--gin_param={each}" for each in binding.split("\n"))]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (root / "analysis" / "never").exists()


@pytest.mark.parametrize("change", [
    {"optimizer": {"class": "Adam", "l2": 0.1}}, {"augmentation": {"function": "crop"}},
    {"variants": [{"name": "ticket", "duration": "2ep"}]}, {"evaluation_batch_size": 2},
    {"seed": 1}, {"jit": True}, {"precision": "mixed_float16"},
])
def test_all_of_the_configuration_counts(change):
    known = {
        "optimizer": {"class": "Adam", "l2": 0.0}, "augmentation": None, "seed": 0, "jit": False,
        "variants": [{"name": "ticket", "duration": "1ep"}], "evaluation_batch_size": 1}
    header = {"configuration": known}
    # What the code can say since the run was made, and what it says as tuples, is no difference.
    analyze_command.check_configuration(
        {**known, "variants": ({"name": "ticket", "duration": "1ep", "new": 0},)}, header, "RUN")
    with pytest.raises(ConfigurationError, match=f"trained with {next(iter(change))}"):
        analyze_command.check_configuration(known | change, header, "RUN")


@pytest.mark.parametrize("make, said", [
    (lambda: Hessian(levels=5), "Hessian.levels is 5; expected None"),
    (lambda: LossCurves(levels=5), "LossCurves.levels is 5; expected None"),
    (lambda: LossCurves(levels=()), "LossCurves.levels is ()"),
    (lambda: Landscape(points=1), "Landscape.points is 1; expected a whole number, at least 2"),
    (lambda: Hessian(trace_samples=1), "Hessian.trace_samples is 1"),
    (lambda: Hessian(positive=0), "are all 0"),
    (lambda: WeightDistributions(others=(5,)), "WeightDistributions.others is (5,)"),
    (lambda: WeightDistributions(others=("a/x", "b/x")), "of different names"),
    (lambda: RewindSearch({"a": "ab"}), "two or more different variants"),
    (lambda: RewindSearch({"a": ("b", "b")}), "two or more different variants"),
])
def test_fields_are_refused_in_one_line(make, said):
    with pytest.raises(ConfigurationError) as raised:
        make()
    # gin adds lines of its own, which the command leaves out.
    assert said in str(raised.value).splitlines()[0]


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


@pytest.fixture
def moved(run):
    """Adds an amount to the stored end of round 2 of trial 1; all is taken back afterwards."""
    path = run.paths.network(1, "round_02") / "weights.npz"
    before = path.read_bytes()

    def add(amount):
        weights = files.read_npz(path)
        weights["output/bias"] = weights["output/bias"] + np.float32(amount)
        files.write_npz(path, weights)

    yield add
    path.write_bytes(before)


@pytest.mark.parametrize("measure", [
    LossCurves(levels=(2,), every_epochs=2),
    GradientFlow(networks=("round_02",), at=("0ep", "2ep"), jacobians=2),
    # More networks to mark than there are colours.
    Landscape(points=2, path_of="round_02", path_points=2, networks=("round_02",) * 10),
], ids=lambda each: each.name)
def test_repeated_paths_say_how_far_they_end_from_what_is_stored(run, moved, measure):
    def again():
        shutil.rmtree(run.paths.root / "analysis", ignore_errors=True)
        return measured(measure, run)

    said, table = again()
    assert "end exactly where the stored ones do" in said and "NOT" not in said
    assert table[retrain.COLUMN].max() == 0
    assert "over 3,600 of 3,600 train examples" in said
    moved(2e-4)
    said, table = again()
    assert "do NOT end exactly" in said and "differ by up to 0.0002" in said
    moved(1e-2)
    with pytest.raises(RunError, match="ends 0.0102 from the stored .* another machine, other ver"):
        again()


def test_paths_are_trained_with_tensor_float_32_as_the_run_was(run, monkeypatch):
    trainer, seen = run.context.trainer(), []
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    plain = trainer.train
    monkeypatch.setattr(
        trainer, "train", lambda *arguments: seen.append(enabled()) or plain(*arguments))
    tf.config.experimental.enable_tensor_float_32_execution(False)
    retrain.again(run, 1, "round_02", [1])
    assert seen == [True] and not enabled()


def test_differences_of_networks_that_diverged():
    broken = {"a": np.array([1.0, np.nan, np.inf])}
    assert retrain.furthest(broken, broken) == 0
    assert retrain.furthest({"a": np.ones(3)}, broken) == np.inf
    assert retrain.furthest(broken, {"a": np.array([0.5, np.nan, np.inf])}) == 0.5


def test_a_path_that_ends_before_the_network_was_not_compared(run):
    said, _ = measured(GradientFlow(
        networks=("round_02",), at=("1ep",), jacobians=2, examples=10, name="part"), run)
    assert "not compared with what is stored" in said


def test_more_examples_than_there_are_means_all(run):
    said, _ = measured(Hessian(networks=("round_{L}",), levels=(2,), positive=1), run)
    assert "over 3,600 of 3,600 train examples" in said
    said, _ = measured(Lines(pairs=(("round_00", "round_01"),), points=2, examples=999), run)
    assert "test are over 999 of 1,000 test examples" in said


def test_other_runs_are_sources_and_round_0_starts_at_their_initial_weights(run, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(run.paths.root, other, ignore=shutil.ignore_patterns("analysis"))
    # As where k > 0: the rewind point is not the initialisation.
    rewind = files.read_npz(other / "trial_01" / "rewind.npz")
    files.write_npz(other / "trial_01" / "rewind.npz",
                    {key: array**3 for key, array in rewind.items()})
    measure = WeightDistributions(networks=("round_00", "round_01"), others=(str(other),))
    _, table = measured(measure, run)
    starts = table[(table.trial == 1) & (table.when == "start")].groupby("unit").to_other_ks.max()
    assert starts["round_00"] == 0 and starts["round_01"] > 0.05
    lines = []
    run_measure(measure, run, lines.append)
    assert all("stored already" in line for line in lines)
    weights = files.read_npz(other / "trial_01" / "round_01" / "weights.npz")
    files.write_npz(other / "trial_01" / "round_01" / "weights.npz",
                    {key: 2 * array for key, array in weights.items()})
    lines.clear()
    run_measure(measure, run, lines.append)
    assert [line for line in lines if "stored already" not in line] == [
        line for line in lines if "trial_01-round_01" in line]
    for folder in other.glob("trial_*/round_0[01]"):
        network_folder.begin(folder)
    with pytest.raises(ConfigurationError, match="has none of the networks round_00, round_01"):
        measure.check(run)


class Units:
    """Stands in for a stored run in what `templates` asks of it."""

    def __init__(self, *names):
        self.names = names

    def units(self, trial):
        return list(self.names)

    def levels(self, trial):
        return [1, 2, 3]

    def exists(self, trial, reference):
        return reference in self.names

    def facts(self, trial, name):
        return {"round": int(name[-2:])}

    def matching(self, trial, patterns):
        return [name for name in self.names if name.startswith(patterns[0].rstrip("*"))]


@pytest.mark.parametrize("names, pair, lines, alone", [
    (["a@01", "a@02", "a@03", "b@01", "b@03"], ("a@*", "b@*"),
     [("a@01", "b@01", 1), ("a@03", "b@03", 3)], ["a@02"]),
    (["a@01", "a@02", "b@02"], ("a@*", "b@*"), [("a@02", "b@02", 2)], ["a@01"]),
    (["a@01", "a@02", "full"], ("full", "a@*"), [("full", "a@01", 1), ("full", "a@02", 2)], []),
    (["a@01", "a@02", "full"], ("a@*", "full"), [("a@01", "full", 1), ("a@02", "full", 2)], []),
    (["a@02", "b@02", "b@03"], ("a@{L}", "b@{L}"), [("a@02", "b@02", 2)], ["b@03"]),
    (["a@01", "b@01"], ("a@01", "b@01"), [("a@01", "b@01", None)], []),
    (["a1@01", "a2@01"], ("a*", "a*"), [("a1@01", "a2@01", 1)], []),
])
def test_ends_of_lines_are_joined_by_round(names, pair, lines, alone):
    assert network_references.joined(Units(*names), 1, *pair) == (lines, alone)


def test_lines_say_what_has_no_partner(run):
    said, table = measured(
        Lines((("ticket_1@*", "round_*"),), points=2, splits=("test",), name="some"), run)
    assert set(zip(table.start, table.end, strict=True)) == {("ticket_1@02", "round_02")}
    assert ("ticket_1@* to round_*: no line for what has no partner of its round (trial 1: "
            "round_00, round_01; trial 2: round_00, round_01)") in said


def test_a_group_without_rows_is_no_stable_group(run, tmp_path, monkeypatch):
    paths = shutil.copytree(run.paths.root, tmp_path / "sibling")
    for folder in paths.glob("trial_*/ticket_2@02"):
        network_folder.begin(folder)
    gin.clear_config()
    sibling, _ = analyze_command.opened(paths)
    monkeypatch.setattr(run, "at_rewind", lambda candidate: sibling)
    measure = RewindSearch({**PAIRS, "ticket": ("ticket_1", "ticket_2")}, points=2, examples=50)
    with pytest.raises(RunError, match=r"groups\['ticket'\]: .* all of ticket_1, ticket_2 are fin"):
        run_measure(measure, run, lambda line: None)


def test_more_groups_than_colours(run):
    rows = [
        {"rewind": "0it", "rewind_step": 0, "skipped": False, "group": f"g{group}", "trial": trial,
         "pair": f"g{group}", "level": 0, "start": "a", "end": "b", "split": "test",
         "position": position, "loss": 0.1, "error": 0.1}
        for group in range(9) for trial in (1, 2) for position in (0.0, 1.0)]
    measure = RewindSearch({"g": ("a", "b")})
    assert len(measure.account(run, pd.DataFrame(rows), {}).table) == 9
