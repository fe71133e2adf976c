"""Fixtures of tests in several rooms: made-up runs, a report without figures, one real run."""

import pathlib

import gin
import pytest

from lth_keras.commands.main import main
from tests.made_up_runs import MadeUpRun, whole_run

GIN = pathlib.Path(__file__).resolve().parent.parent / "gin"


@pytest.fixture
def build(tmp_path):
    """A function of `MadeUpRun`'s keywords that begins a run."""
    return lambda name="run", **options: MadeUpRun(tmp_path / name, **options)


@pytest.fixture
def make_run(build):
    """A function that writes a whole run: variants × rounds × trials."""
    def make(trials=3, rounds=2, variants=("reinit", "remask"), name="run", state="done",
             **options):
        return whole_run(build(name, rounds=rounds, **options), trials, variants, state)
    return make


@pytest.fixture
def undrawn(monkeypatch):
    """Reports without figures, which take most of the time."""
    monkeypatch.setattr("lth_keras.report.report_figures.draw", lambda run, comparisons: [])


@pytest.fixture(autouse=True)
def _one_timing(monkeypatch):
    """Exports are timed in one process and not in several, each of which imports TensorFlow."""
    monkeypatch.setattr("lth_keras.export.fresh_processes.PROCESSES", 1)


@pytest.fixture(scope="session")
def lmc_root(tmp_path_factory):
    """A finished run of gin/smoke/lmc_mnist1d.gin, without XLA: compiling would take longer than
    training."""
    folder = tmp_path_factory.mktemp("lmc")
    assert main([
        f"--gin_file={GIN}/smoke/lmc_mnist1d.gin", f"--output_dir={folder}",
        "--gin_param=lenet_300_100.width = 0.05", "--gin_param=Experiment.jit = False"]) == 0
    gin.clear_config()
    root, = folder.glob("lmc_mnist1d-*")
    return root
