"""The report on whole, broken and large runs, and each of its numbers from metrics.csv again."""

import math
import re
import shutil
import subprocess
import sys

import gin
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lth_keras import files
from lth_keras.commands.main import main
from lth_keras.errors import ConfigurationError
from lth_keras.paths import RunPaths
from lth_keras.records.figures import style
from lth_keras.records.report import (
    drawing,
    is_current,
    tables,
    write_comparison,
    write_report,
)
from lth_keras.records.report.comparison import differences, shared_trials
from lth_keras.records.stored import StoredRun

PUBLISHED = (
    {"variant": "ticket", "round": 2, "metric": "max_mean_test_accuracy", "value": 0.92,
     "source": "made up", "tolerance": 0.05, "tolerance_ratio": None},
    {"variant": "full", "round": 0, "metric": "min_mean_train_loss", "value": 0.001,
     "source": "made up", "tolerance": None, "tolerance_ratio": 3.0},
)


@pytest.fixture
def undrawn(monkeypatch):
    """Leaves the figures out, which take most of a report's time."""
    monkeypatch.setattr(drawing, "draw", lambda run, comparisons: [])


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    """Fewer dots an inch: what is drawn is the same."""
    monkeypatch.setitem(style._SETTINGS, "savefig.dpi", 40)


def page_of(root):
    return (root / "report.html").read_text("utf-8")


def cells_of(page, key):
    """[[cell]] of the body of the table `key` of a page."""
    body = re.search(rf'<h3 id="{key}">.*?<tbody>(.*?)</tbody>', page, re.S).group(1)
    rows = re.findall(r"<tr>(.*?)</tr>", body)
    return [re.findall(r"<td>(.*?)</td>", row, re.S) for row in rows]


def last_accuracy(root, trial, name, accuracy):
    """Makes `accuracy` the final test accuracy of a stored network."""
    path = RunPaths(root).unit(trial, name) / "metrics.csv"
    path.write_text(re.sub(r",[0-9.]+\n$", f",{accuracy}\n", path.read_text("utf-8")))


def numbers(text):
    text = text.replace("−", "-").replace("&lt;", "")
    return [float(each) for each in re.findall(r"[-+]?\d+\.?\d*(?:e-?\d+)?", text)]


def t_interval(values):
    values = np.asarray(values, float)
    if np.ptp(values) == 0:
        return (values[0],) * 3
    mean, error = values.mean(), stats.sem(values)
    return (mean, *stats.t.interval(0.95, len(values) - 1, mean, error))


def test_every_number_in_the_tables_comes_from_metrics_csv(make_run, undrawn):
    root = make_run(trials=4, published=PUBLISHED)
    write_report(root)
    metrics, page = pd.read_csv(root / "metrics.csv"), page_of(root)
    last = metrics.sort_values("step").groupby(["variant", "round", "trial"]).last()
    stop = metrics.loc[metrics.groupby(["variant", "round", "trial"])["val_loss"].idxmin()]
    stop = stop.set_index(["variant", "round", "trial"])

    def key_of(name):
        if name.startswith("round_"):
            return "imp", int(name[6:])
        variant, _, index = name.partition("@")
        return variant, int(index or 0)

    checked = 0
    for cells in cells_of(page, "results") + cells_of(page, "rounds"):
        key = key_of(cells[0])
        mean = metrics[(metrics["variant"] == key[0]) & (metrics["round"] == key[1])].groupby(
            "epoch")["test_accuracy"].mean()
        assert numbers(cells[1]) == pytest.approx([100 * 0.8 ** key[1]], rel=5e-3)
        assert numbers(cells[2]) == [4]
        assert numbers(cells[3]) == pytest.approx(
            [100 * each for each in t_interval(last.loc[key]["test_accuracy"])], abs=5.1e-3)
        assert numbers(cells[4]) == pytest.approx([100 * mean.max(), mean.idxmax()], abs=5.1e-3)
        assert numbers(cells[5]) == pytest.approx(t_interval(stop.loc[key]["step"]), abs=0.51)
        assert numbers(cells[6]) == pytest.approx(
            [100 * each for each in t_interval(stop.loc[key]["test_accuracy"])], abs=5.1e-3)
        assert numbers(cells[7]) == pytest.approx(
            t_interval(last.loc[key]["train_loss"]), rel=6e-3)
        checked += 1
    assert checked == 7 + 3

    found = {}
    for cells in cells_of(page, "differences"):
        key, reference = key_of(cells[0]), cells[1]
        other = ("full", 0) if reference == "full" else ("ticket", key[1])
        ours, theirs = (last.loc[each]["test_accuracy"] for each in (key, other))
        pair = stats.ttest_rel(ours, theirs)
        interval = pair.confidence_interval(0.95)
        assert numbers(cells[3]) == pytest.approx(
            [100 * (ours - theirs).mean(), 100 * interval.low, 100 * interval.high], abs=5.1e-3)
        assert numbers(cells[4]) == pytest.approx([pair.pvalue], abs=5.1e-4) or \
            pair.pvalue < 0.001
        difference = ours - theirs
        assert numbers(cells[6]) == pytest.approx(
            [difference.mean() / difference.std(ddof=1)], abs=5.1e-3)
        expected = "yes" if interval.low > -0.002 else "no" if interval.high < -0.002 else "open"
        assert cells[7] == expected
        found.setdefault(reference, []).append((pair.pvalue, cells[5]))
    assert {name: len(each) for name, each in found.items()} == {"ticket": 4, "full": 6}
    for family in found.values():
        highest = 0.0
        for place, (p, shown) in enumerate(sorted(family)):
            highest = max(highest, min(1, p * (len(family) - place)))
            assert numbers(shown) == pytest.approx([highest], abs=5.1e-4) or highest < 0.001

    ticket, full = cells_of(page, "published")
    mean = metrics[(metrics["variant"] == "ticket") & (metrics["round"] == 2)].groupby(
        "epoch")["test_accuracy"].mean()
    assert numbers(ticket[4]) == pytest.approx([100 * mean.max()], abs=5.1e-3)
    assert [ticket[5], full[5]] == ["within", "outside"]


def test_the_answer_comes_from_metrics_csv(make_run, undrawn):
    root = make_run(trials=4)
    write_report(root)
    text = re.search(r'<div class="answer">(.*?)</div>', page_of(root), re.S).group(1)
    first, second, third = re.findall(r"<p>(.*?)</p>", text)
    last = pd.read_csv(root / "metrics.csv").sort_values("step").groupby(
        ["variant", "round", "trial"])["test_accuracy"].last()
    index = int(re.search(r"ticket@(\d+)", first).group(1))
    pair = stats.ttest_rel(last["ticket", index], last["full", 0])
    interval = pair.confidence_interval(0.95)
    difference = 100 * (last["ticket", index] - last["full", 0]).mean()
    shown = numbers(first.split("a difference of ", 1)[1])
    assert shown[0] == pytest.approx(difference, abs=5.1e-3)
    assert shown[2:4] == pytest.approx([100 * interval.low, 100 * interval.high], abs=5.1e-3)
    for network in (("full", 0), ("ticket", index)):
        assert f"{100 * last[network].mean():.2f} %" in first
    assert ("too uncertain" in first) == (interval.low <= -0.002 <= interval.high)
    assert "Of 4 comparisons of a control with the ticket" in second
    assert "lowest validation loss" in third
    # Three sentences, each with one full stop that ends it.
    assert all(len(re.findall(r"\.(?!\d)", each)) == 1 for each in (first, second, third))


def test_files_and_page_are_whole_and_self_contained(make_run):
    root = make_run()
    run = write_report(root)
    page = page_of(root)
    for name in ("summary.csv", "summary.md", "summary.tex", "comparisons.csv"):
        assert (root / name).stat().st_size > 0
    drawn = {path.stem for path in (root / "figures").glob("*.png")}
    assert drawn == {path.stem for path in (root / "figures").glob("*.pdf")}
    assert {"accuracy_by_density", "forest_ticket", "forest_full", "accuracy_curves",
            "loss_curves", "weight_distributions", "layer_densities", "pixel_maps",
            "imp_rounds"} == drawn
    assert page.count("data:image/png;base64,") == len(drawn)
    assert not re.search(r'(src|href)="(?!data:|#)', page) and "@import" not in page
    assert run.subject in page and "&lt;" not in page.split("<h2")[0]


def test_the_same_store_gives_the_same_bytes(make_run, undrawn):
    root = make_run()
    write_report(root)
    first = {path: path.read_bytes() for path in root.glob("*.*") if path.is_file()}
    write_report(root)
    assert {path: path.read_bytes() for path in first} == first


@pytest.mark.parametrize("gone", [
    None, "report.html", "summary.tex", "figures/forest_full.pdf", "tensorboard/ticket@01/trial_01",
])
def test_a_report_is_current_while_nothing_of_it_is_missing(make_run, monkeypatch, gone):
    one = drawing.Picture("forest_full", "t", "c", png=b"\0" * 24, pdf=b"")
    monkeypatch.setattr(drawing, "draw", lambda run, comparisons: [one])
    root = make_run(trials=1, rounds=1)
    assert not is_current(root)
    write_report(root)
    if gone is not None:
        for path in [root / gone, *(root / gone).glob("*")][::-1]:
            path.rmdir() if path.is_dir() else path.unlink()
    assert is_current(root) == (gone is None)


def test_a_report_of_less_is_not_current(make_run, undrawn):
    root = make_run(trials=1, rounds=1, state="running")
    write_report(root)
    header = files.read_sealed_json(root / "run.json")
    files.write_sealed_json(root / "run.json", header | {"state": "done"})
    assert not is_current(root)
    write_report(root)
    assert is_current(root)


def test_the_same_command_again_changes_no_byte(tmp_path, capsys):
    command = [
        "--gin_file=gin/smoke/mnist_lt.gin", f"--output_dir={tmp_path}",
        *(f"--gin_param={binding}" for binding in (
            "Experiment.trials = 1", "Experiment.duration = '2it'", "IMP.duration = '1it'",
            "RewindingSchedule.rounds = 1", "ROUNDS = (1,)", "Experiment.jit = False",
            "Experiment.variants = [@full/Variant(), @ticket/Variant()]",
            "Experiment.evaluate_every = '1it'", "Dataset.name = 'mnist1d'",
            "Dataset.train_examples = 500", "Dataset.test_examples = 100"))]
    assert main(command) == 0

    def whole():
        # The lock says which process had it last.
        return {path: (path.stat().st_mtime_ns, path.read_bytes())
                for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"}
    before = whole()
    assert {"report.html", "summary.md", "summary.tex", "comparisons.csv"} <= {
        path.name for path in before}
    gin.clear_config()
    assert main(command) == 0
    assert whole() == before


def test_one_trial_has_no_intervals_and_says_so(make_run):
    root = make_run(trials=1)
    write_report(root)
    page = page_of(root)
    assert "One trial: there are no intervals" in page
    assert all("[" not in cell for row in cells_of(page, "results") for cell in row)
    assert "one trial" in re.search(r'<div class="answer">(.*?)</div>', page, re.S).group(1)


def test_two_trials_are_said_to_be_two(build, undrawn):
    builder = build(rounds=2)
    for trial in (1, 2):
        builder.network(trial, "full", 0, trial)
        for index in (1, 2):
            builder.network(trial, "ticket", index, 10 * trial + index, gain=-0.1)
    root = builder.finish()
    for index, accuracies in ((1, ("0.5", "0.52")), (2, ("0.6", "0.62"))):
        for trial, accuracy in enumerate(accuracies, 1):
            last_accuracy(root, trial, f"ticket@{index:02d}", accuracy)
            last_accuracy(root, trial, "full", ("0.6", "0.62")[trial - 1])
    write_report(root)
    page = page_of(root)
    assert "Two trials: a 95 % interval is 12.7 times as wide" in page
    rows = {row[0]: row[3:] for row in cells_of(page, "differences")}
    assert rows["ticket@01"] == ["−10.00", "–", "–", "–", "open"]
    assert rows["ticket@02"][0] == "+0.00 [+0.00, +0.00]" and rows["ticket@02"][4] == "yes"
    assert "(the only one of 2 tickets to be so)" in page
    for trial in (1, 2):
        shutil.rmtree(RunPaths(root).unit(trial, "ticket@02"))
    write_report(root)
    assert "the same in all of 2 trials, which are too few to say whether" in page_of(root)


def test_a_fallback_is_said_loudly_and_hides_published_figures(make_run, undrawn):
    root = make_run(fallback="'digits' cannot be reached", published=PUBLISHED)
    write_report(root)
    page = page_of(root)
    assert "These are not results on digits" in page and "FALLBACK, NOT digits" in page
    assert "Published figures are not shown" in page and 'id="published"' not in page
    assert "FALLBACK" in (root / "summary.md").read_text("utf-8").splitlines()[0]
    assert "FALLBACK" in (root / "summary.tex").read_text("utf-8")


@pytest.mark.parametrize("gone", ["full", "ticket"])
def test_a_missing_variant(build, gone, undrawn):
    builder = build()
    for trial in (1, 2):
        for variant, index in (("imp", 0), ("imp", 1), ("full", 0), ("ticket", 1), ("reinit", 1)):
            builder.network(trial, variant, index, 10 * trial + index, done=variant != gone)
    root = builder.finish("stopped")
    write_report(root)
    page = page_of(root)
    assert f"{gone} has no stored trial" in page
    assert "8 of 10 networks are stored" in page and "was stopped" in page


def test_a_diverged_network(build):
    builder = build()
    for trial in (1, 2, 3):
        for place, (variant, index) in enumerate(
                (("imp", 0), ("imp", 1), ("full", 0), ("ticket", 1), ("reinit", 1))):
            bad = variant == "reinit" or (variant == "ticket" and trial == 2)
            builder.network(trial, variant, index, 10 * trial + place, diverged=bad)
    root = builder.finish()
    write_report(root)
    cells = {row[0]: row for row in cells_of(page_of(root), "results")}
    assert cells["ticket@01"][2] == "3 (1 diverged)" and cells["reinit@01"][2] == "3 (3 diverged)"
    assert cells["reinit@01"][3] == tables.NOTHING
    assert "nan" not in re.sub(r"base64,[^\"]*", "", page_of(root)).lower().replace("finance", "")


def test_nothing_stored_yet(build):
    builder = build()
    builder.network(1, "imp", 0, 1, done=False)
    root = builder.finish("running")
    write_report(root)
    assert "0 of 1 networks are stored" in page_of(root) and "was cut off" in page_of(root)


def test_thirty_densities(make_run):
    root = make_run(trials=2, rounds=30, variants=("reinit",))
    write_report(root)
    assert len(cells_of(page_of(root), "results")) == 1 + 2 * 30


def test_twenty_variants(make_run):
    root = make_run(trials=2, rounds=1, variants=[f"control_{i:02d}" for i in range(18)])
    write_report(root)
    assert len(cells_of(page_of(root), "results")) == 20


def test_the_command_takes_a_name_and_a_margin(make_run, capsys, undrawn):
    root = make_run()
    assert main(["report", root.name, f"--output_dir={root.parent}", "--margin=0.5"]) == 0
    assert "report.html" in capsys.readouterr().out
    assert {row[7] for row in cells_of(page_of(root), "differences")} == {"yes"}


@pytest.mark.parametrize("arguments, said", [
    (["report"], "needs a run"),
    (["report", "nowhere"], "no run 'nowhere'"),
    (["report", "{root}", "{root}"], "needs --to=DIR"),
    (["report", "{root}", "--to=x"], "comparison of several runs"),
    (["report", "{root}", "--margin=2"], "expected a share"),
])
def test_wrong_commands_end_with_two(make_run, capsys, arguments, said):
    root = make_run(trials=1, rounds=1)
    assert main([each.format(root=root) for each in arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (root / "report.html").exists()


def test_a_finished_run_that_lost_networks_says_so(make_run, undrawn, capsys):
    root = make_run(trials=2)
    whole = write_report(root)
    assert whole.is_complete and whole.state() is None and is_current(root)
    header = files.read_sealed_json(root / "run.json")
    tables_of = {name: files.sha256(root / name) for name in ("metrics.csv", "summary.csv")}
    gone = [unit for unit in header["units"] if unit not in ([1, "round_00"], [2, "ticket@02"])]
    for trial, name in gone:
        shutil.rmtree(RunPaths(root).unit(trial, name))
    # One of them is recorded as left out.
    header |= {"skipped": {"2/remask@02": "no reason"}, "tables": tables_of}
    files.write_sealed_json(root / "run.json", header)
    assert main(["report", str(root)]) == 0
    said = f"of the 20 networks of this finished run {len(gone) - 1} are not in its folder"
    assert len(gone) == 18 and said in capsys.readouterr().out
    page = page_of(root)
    assert '<p class="warning">Networks are missing: ' + said in page
    assert said in (root / "summary.md").read_text("utf-8")
    assert [row[0] for row in cells_of(page, "results")] == ["ticket@02"]
    # They hold what is left of the networks that are gone.
    assert {name: files.sha256(root / name) for name in tables_of} == tables_of
    assert not is_current(root)


def test_a_finished_run_that_left_networks_out_is_complete(build, undrawn):
    builder = build(rounds=1)
    for trial in (1, 2):
        builder.network(trial, "imp", 0, trial)
        builder.network(trial, "ticket", 1, trial, done=False)
    builder.header["skipped"] = {"1/ticket@01": "diverged"}
    builder.header["failed"] = {"2/ticket@01": "gave up"}
    run = write_report(builder.finish())
    assert run.is_complete and run.state() is None
    assert "Networks are missing" not in page_of(run.paths.root)


def test_runs_of_one_seed_are_paired(make_run, tmp_path):
    roots = [make_run(name="one", trials=4), make_run(name="two", trials=3, published=PUBLISHED)]
    last_accuracy(roots[1], 1, "ticket@02", "0.5")
    runs = [StoredRun.load(root) for root in roots]
    assert shared_trials(*runs[::-1]) == {1: 1, 2: 2, 3: 3}
    one, two = (
        each.metrics[(each.metrics["variant"] == "ticket") & (each.metrics["round"] == 2)]
        .groupby("trial")["test_accuracy"].last() for each in runs)
    result = stats.ttest_rel(two, one[:3])
    interval = result.confidence_interval(0.95)
    found = {row[0]: row for row in differences(runs).rows}
    assert numbers(found["ticket@02"][2]) == pytest.approx(
        [100 * (two - one[:3]).mean(), 100 * interval.low, 100 * interval.high], abs=5.1e-3)
    assert found["ticket@02"][5] == "paired, 3 trials"
    # Nothing else differs, in any trial.
    assert found["full"][2:4] == ["+0.00 [+0.00, +0.00]", "1.000"]


def test_an_equal_seed_is_a_shared_trial_only_with_equal_weights_and_data(make_run):
    one, two, other = (
        StoredRun.load(make_run(name=name, trials=2, rounds=1, variants=(), **options))
        for name, options in (("one", {}), ("two", {}), ("other", {"seed": 7})))
    assert shared_trials(one, two) == {1: 1, 2: 2} and shared_trials(other, one) == {}
    weights = files.read_npz(two.paths.initial(1))
    files.write_npz(two.paths.initial(1), {key: 2 * array for key, array in weights.items()})
    assert shared_trials(one, two) == {2: 2}
    two.paths.initial(2).unlink()
    assert shared_trials(one, two) == {}
    other.header["trial_seeds"] = one.header["trial_seeds"][::-1]
    files.write_bytes(other.paths.initial(2), one.paths.initial(1).read_bytes())
    assert shared_trials(one, other) == {1: 2}
    other.header["data"]["fingerprint"] = "of other data"
    assert shared_trials(one, other) == {}


def test_several_runs_beside_each_other(make_run, tmp_path):
    roots = [make_run(name="one"), make_run(name="two", trials=4, variants=("reinit",), seed=1,
                                            fallback="not there")]
    page = write_comparison(roots, tmp_path / "both").read_text("utf-8")
    assert "not results on" in page and page.count("data:image/png") == 1
    runs = [StoredRun.load(root).metrics for root in roots]
    finals = [
        each[(each["variant"] == "ticket") & (each["round"] == 2)].groupby("trial")[
            "test_accuracy"].last() for each in runs
    ]
    result = stats.ttest_ind(finals[1], finals[0], equal_var=False)
    low, high = result.confidence_interval(0.95)
    row = next(each for each in cells_of(page, "differences") if each[0] == "ticket@02")
    assert numbers(row[2]) == pytest.approx(
        [100 * (finals[1].mean() - finals[0].mean()), 100 * low, 100 * high], abs=5.1e-3)
    assert numbers(row[3]) == pytest.approx([result.pvalue], abs=5.1e-4)
    assert row[5] == "Welch"


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(ConfigurationError, match="no run.json"):
        write_report(tmp_path)


def test_latex_and_markdown_have_all_cells():
    table = tables.Table("k", "50 % of a_b", ["x", "p"], [["a_b|c", "−1 <0.001"]], "note")
    latex = tables.latex(table)
    assert r"a\_b|c & $-$1 $<$0.001 \\" in latex and r"50 \% of a\_b" in latex
    assert r"| a_b\|c | −1 <0.001 |" in tables.markdown(table)


@pytest.mark.parametrize("arguments, text", [
    ((0.9819, 0.9811, 0.9827, 100, 2), "98.19 [98.11, 98.27]"),
    ((-0.0012, math.nan, math.nan, 100, 2, "+"), "−0.12"),
    ((math.nan, math.nan, math.nan), "–"),
    ((0.00123456, 0.001, 0.002, 1, None), "0.00123 [0.001, 0.002]"),
])
def test_intervals_as_words(arguments, text):
    assert tables.interval(*arguments) == text


def test_reports_need_no_tensorflow():
    code = (
        "import sys; import lth_keras.commands.report, lth_keras.records.report, "
        "lth_keras.records.tensorboard.sink; sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=300).returncode == 0
