"""Computes each number of a report again from metrics.csv."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lth_keras.report import write_report
from tests.report.pages import PUBLISHED, cells_of, numbers, page_of, t_interval


def as_shown(p):
    """A p value in the form of a cell of the page."""
    return "&lt;0.001" if p < 0.001 else f"{p:.3f}"


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
        # No interval reaches beyond the training.
        stops = np.clip(t_interval(stop.loc[key]["step"]), 0, last.loc[key]["step"].max())
        assert numbers(cells[5]) == pytest.approx(list(stops), abs=0.51)
        assert numbers(cells[6]) == pytest.approx(
            [100 * each for each in t_interval(stop.loc[key]["test_accuracy"])], abs=5.1e-3)
        assert numbers(cells[7]) == pytest.approx(
            t_interval(last.loc[key]["train_loss"]), rel=6e-3)
        checked += 1
    assert checked == 7 + 3

    families = {}
    for cells in cells_of(page, "differences"):
        key, reference = key_of(cells[0]), cells[1]
        other = ("full", 0) if reference == "full" else ("ticket", key[1])
        ours, theirs = (last.loc[each]["test_accuracy"] for each in (key, other))
        pair = stats.ttest_rel(ours, theirs)
        interval = pair.confidence_interval(0.95)
        assert numbers(cells[3]) == pytest.approx(
            [100 * (ours - theirs).mean(), 100 * interval.low, 100 * interval.high], abs=5.1e-3)
        assert cells[4] == as_shown(pair.pvalue)
        difference = ours - theirs
        assert numbers(cells[7]) == pytest.approx(
            [difference.mean() / difference.std(ddof=1)], abs=5.1e-3)
        expected = "yes" if interval.low > -0.002 else "no" if interval.high < -0.002 else "open"
        assert cells[8] == expected
        assert cells[6] == ("clear" if float(numbers(cells[5])[0]) < 0.05 else
                            "may be chance *" if pair.pvalue < 0.05 else "may be chance")
        families.setdefault(reference, []).append((pair.pvalue, cells[5]))
    assert {name: len(each) for name, each in families.items()} == {"ticket": 4, "full": 6}
    for family in families.values():
        highest = 0.0
        for place, (p, shown) in enumerate(sorted(family)):
            highest = max(highest, min(1, p * (len(family) - place)))
            assert shown == as_shown(highest)

    ticket, full = cells_of(page, "published")
    mean = metrics[(metrics["variant"] == "ticket") & (metrics["round"] == 2)].groupby(
        "epoch")["test_accuracy"].mean()
    assert numbers(ticket[4]) == pytest.approx([100 * mean.max()], abs=5.1e-3)
    assert [ticket[5], full[5]] == ["within", "outside"]
