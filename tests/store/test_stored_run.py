"""`StoredRun`: what it says of a run that is whole, cut off, or has lost networks."""

import shutil

import pytest

from lth_keras.errors import ConfigurationError, RunError
from lth_keras.store.stored_run import StoredRun
from tests.finished_networks import revouch


def test_a_whole_run(make_run):
    run = StoredRun.load(make_run(trials=2, rounds=1, variants=("reinit",)))
    assert run.is_complete and run.state() is None and run.lost == []
    assert (run.name, run.network, run.data, run.trials) == ("made_up", "tiny", "digits", 2)
    assert run.subject == "tiny on digits, 2 trials" and run.outputs == "classes"
    assert run.variants() == ["full", "ticket", "reinit"]
    assert (run.rounds("imp"), run.rounds("reinit")) == ([0, 1], [1])
    assert run.folder(2, "reinit", 1).name == "reinit@01" and run.folder(3, "reinit", 1) is None
    assert len(run.metrics) == 4 * len(run.facts) == 4 * 10


def test_a_run_that_goes_on_or_was_cut_off(make_run):
    run = StoredRun.load(make_run(trials=1, rounds=1, variants=(), state="running"))
    assert not run.is_complete and run.lost == []
    assert run.state().startswith("This run was cut off: 4 of 4 networks are stored")


def test_networks_that_a_finished_run_has_lost(make_run):
    root = make_run(trials=1, rounds=1, variants=())
    before = (root / "metrics.csv").read_bytes()
    shutil.rmtree(root / "trial_01" / "full")
    run = StoredRun.load(root)
    assert run.lost == [(1, "full")] and "1 are not in its folder" in run.state()
    assert set(run.metrics["variant"]) == {"imp", "ticket"}
    assert (root / "metrics.csv").read_bytes() == before  # Nothing else knows its values.


def test_a_fallback_has_no_published_figures(build):
    build = build(fallback="nothing could be reached", published=[{
        "variant": "ticket", "round": 1, "metric": "test_accuracy_final_mean", "value": 0.9,
        "source": "a paper", "tolerance": 0.01, "tolerance_ratio": None}])
    build.network(1, "full", 0, 1)
    run = StoredRun.load(build.finish())
    assert run.is_fallback and run.published == ()
    assert run.data == "mnist_5k (FALLBACK, NOT digits)"


def test_what_is_no_run_or_was_replaced(tmp_path, build):
    with pytest.raises(ConfigurationError, match="is no run: it has no run.json"):
        StoredRun.load(tmp_path)
    run = build()
    run.network(1, "full", 0, 1)
    run.header["networks"] = {"trial_01/full": "0" * 64}
    root = run.finish()
    revouch(root / "trial_01" / "full")
    with pytest.raises(RunError, match="is not the one that run.json vouches for"):
        StoredRun.load(root)
