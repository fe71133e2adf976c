"""Several runs beside each other."""

import pytest
from scipy import stats

from lth_keras import files
from lth_keras.report import write_comparison
from lth_keras.report.run_comparison import differences, shared_trials
from lth_keras.store.stored_run import StoredRun
from tests.report.pages import PUBLISHED, cells_of, last_accuracy, numbers


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
    rows = {row[0]: row for row in differences(runs).rows}
    assert numbers(rows["ticket@02"][2]) == pytest.approx(
        [100 * (two - one[:3]).mean(), 100 * interval.low, 100 * interval.high], abs=5.1e-3)
    assert rows["ticket@02"][5] == "paired, 3 trials"
    # Nothing else differs, in any trial.
    assert rows["full"][2:4] == ["+0.00 [+0.00, +0.00]", "1.000"]


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
    assert "not results on" in page and page.count("data:image/png") == 2
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
