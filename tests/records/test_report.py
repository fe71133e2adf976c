"""A run's report whole, and each of its numbers from metrics.csv again."""

import math
import re
import subprocess
import sys

import gin
import pandas as pd
import pytest
from scipy import stats

from lth_keras import files
from lth_keras.commands.main import main
from lth_keras.errors import ConfigurationError
from lth_keras.report import is_current, report_figures, report_tables, write_report
from tests.records.pages import PUBLISHED, cells_of, numbers, page_of, t_interval


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
    one = report_figures.Picture("forest_full", "t", "c", png=b"\0" * 24, pdf=b"")
    monkeypatch.setattr(report_figures, "draw", lambda run, comparisons: [one])
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
    tables = {"metrics.csv": files.sha256(root / "metrics.csv")}
    files.write_sealed_json(root / "run.json", header | {"state": "done", "tables": tables})
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


def test_a_fallback_is_said_loudly_and_hides_published_figures(make_run, undrawn):
    root = make_run(fallback="'digits' cannot be reached", published=PUBLISHED)
    write_report(root)
    page = page_of(root)
    assert "These are not results on digits" in page and "FALLBACK, NOT digits" in page
    assert "Published figures are not shown" in page and 'id="published"' not in page
    assert "FALLBACK" in (root / "summary.md").read_text("utf-8").splitlines()[0]
    assert "FALLBACK" in (root / "summary.tex").read_text("utf-8")


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(ConfigurationError, match="no run.json"):
        write_report(tmp_path)


def test_latex_and_markdown_have_all_cells():
    table = report_tables.Table("k", "50 % of a_b", ["x", "p"], [["a_b|c", "−1 <0.001"]], "note")
    latex = report_tables.latex(table)
    assert r"a\_b|c & $-$1 $<$0.001 \\" in latex and r"50 \% of a\_b" in latex
    assert r"| a_b\|c | −1 <0.001 |" in report_tables.markdown(table)


@pytest.mark.parametrize("arguments, text", [
    ((0.9819, 0.9811, 0.9827, 100, 2), "98.19 [98.11, 98.27]"),
    ((-0.0012, math.nan, math.nan, 100, 2, "+"), "−0.12"),
    ((math.nan, math.nan, math.nan), "–"),
    ((0.00123456, 0.001, 0.002, 1, None), "0.00123 [0.001, 0.002]"),
])
def test_intervals_as_words(arguments, text):
    assert report_tables.interval(*arguments) == text


def test_reports_need_no_tensorflow():
    code = (
        "import sys; import lth_keras.commands.report_command, lth_keras.report, "
        "lth_keras.tensorboard.tensorboard_sink; sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=300).returncode == 0
