"""Points of the figure of latencies, from the cards that a run keeps of its exports."""

import dataclasses

import pytest

from lth_keras.figures import style
from lth_keras.figures.latencies import metric_by_latency
from lth_keras.report import latency_points
from lth_keras.store.stored_run import StoredRun
from tests.report.pages import last_accuracy


def timed(milliseconds, metric_tolerance=0.0005):
    seconds = milliseconds / 1e3
    return {"metric_tolerance": metric_tolerance, "seconds": {"1": seconds},
            "quartiles": {"1": [0.9 * seconds, 1.2 * seconds]}}


def card(matched, others=0.0):
    entries = {
        "tflite": timed(4) | {"dense": timed(4), "matched": timed(2)},
        "tflite_sparse": timed(1) | {"dense": timed(5), "matched": timed(3)}, "ticket": {}}
    return {"formats": entries, "provenance": {"variant": "ticket", "round": 2},
            "timing": {"matched": matched, "others": others}}


@pytest.fixture
def run(make_run, monkeypatch):
    root = make_run(name="one", trials=3, variants=("dense_matched",))
    last_accuracy(root, 1, "ticket@02", "0.5")
    monkeypatch.setattr(latency_points, "kept_cards", lambda paths: [
        card("dense_matched@02"), {"formats": {}, "timing": None}])
    return StoredRun.load(root)


def test_each_network_in_its_fastest_format_with_what_it_reached(run):
    points = latency_points.latency_points(run)
    assert [point["name"] for point in points] == [
        "ticket@02, tflite_sparse", "full, tflite", "dense_matched@02, tflite"]
    assert [point["seconds"] for point in points] == [1e-3, 4e-3, 2e-3]
    assert points[0]["low"] == pytest.approx(0.9e-3)
    rows = run.metrics[(run.metrics["variant"] == "ticket") & (run.metrics["round"] == 2)]
    finals = rows.groupby("trial")["test_accuracy"].last()
    assert points[0]["mean"] == pytest.approx(finals.mean())
    assert points[0]["ci_low"] < points[0]["mean"] < points[0]["ci_high"]
    named = latency_points.latency_points(run, "blocks")
    assert {point["group"] for point in named} == {"blocks"}


@pytest.mark.parametrize("name, metric_tolerance", [
    ("tflite_int8", 0.01), ("tflite_float16", 0.002), ("of a card that does not say it", None)])
def test_formats_that_may_reach_another_metric_have_no_point(
        run, monkeypatch, name, metric_tolerance):
    quicker = timed(0.1, metric_tolerance) | {"dense": timed(0.2), "matched": timed(0.3)}
    both, alone = card("dense_matched@02"), card("dense_matched@02")
    both["formats"][name], alone["formats"] = quicker, {name: quicker}
    monkeypatch.setattr(latency_points, "kept_cards", lambda paths: [both, alone])
    assert [point["seconds"] for point in latency_points.latency_points(run)] == [1e-3, 4e-3, 2e-3]


def test_of_two_exports_of_a_network_the_faster_one_is_drawn(run, monkeypatch):
    faster = card("dense_matched@02")
    faster["formats"]["tflite"]["seconds"] = {"1": 0.25e-3}
    for cards in ([card(None), faster], [faster, card(None)]):
        monkeypatch.setattr(latency_points, "kept_cards", lambda paths, cards=cards: cards)
        points = {point["name"]: point for point in latency_points.latency_points(run)}
        assert points["ticket@02, tflite"]["seconds"] == 0.25e-3 and len(points) == 3


@pytest.mark.parametrize("others, said", [(0.1, ""), (0.5, ", busy"), (None, ", busy")])
def test_a_point_says_that_the_machine_was_busy(run, monkeypatch, others, said):
    monkeypatch.setattr(latency_points, "kept_cards", lambda paths: [card(None, others)])
    assert [point["name"] for point in latency_points.latency_points(run)] == [
        f"ticket@02, tflite_sparse{said}", f"full, tflite{said}"]


def test_without_the_variant_full_the_dense_network_is_round_0(run):
    run = dataclasses.replace(run, summary=run.summary[run.summary["variant"] != "full"])
    dense = latency_points.latency_points(run)[1]
    rows = run.metrics[(run.metrics["variant"] == "imp") & (run.metrics["round"] == 0)]
    assert dense["name"] == "round_00, tflite"
    assert dense["mean"] == pytest.approx(rows.groupby("trial")["test_accuracy"].last().mean())


def test_the_figure_has_a_marker_and_its_lines_for_each(run):
    with style.settings():
        figure = metric_by_latency(latency_points.latency_points(run), run.subject, run.metric)
    panel = figure.axes[0]
    markers = [line for line in panel.lines if line.get_marker() not in ("None", None, "")]
    assert [list(line.get_xdata()) for line in markers] == [[1.0], [4.0], [2.0]]
    assert panel.get_xscale() == "log"
    assert metric_by_latency([], "") is None
