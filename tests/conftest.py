"""What tests of several rooms share: made-up runs, and a reporter that says nothing."""

import pytest

from tests.made_up_runs import MadeUpRun


@pytest.fixture
def build(tmp_path):
    """A function of `MadeUpRun`'s keywords that begins a run."""
    return lambda name="run", **options: MadeUpRun(tmp_path / name, **options)


@pytest.fixture
def make_run(build):
    """A function that writes a whole run: variants × rounds × trials."""
    def make(trials=3, rounds=2, variants=("reinit", "remask"), name="run", state="done",
             **options):
        builder = build(name, rounds=rounds, **options)
        for trial in range(1, trials + 1):
            for index in range(rounds + 1):
                builder.network(trial, "imp", index, 1000 * trial + index)
            builder.network(trial, "full", 0, 2000 * trial, gain=0.01)
            for place, variant in enumerate(("ticket", *variants)):
                for index in range(1, rounds + 1):
                    builder.network(trial, variant, index, 100_000 * trial + 100 * place + index,
                                    gain=-0.004 * place)
        return builder.finish(state)
    return make


@pytest.fixture
def undrawn(monkeypatch):
    """Leaves a report's figures out, which take most of its time."""
    monkeypatch.setattr("lth_keras.report.report_figures.draw", lambda run, comparisons: [])
