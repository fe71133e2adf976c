"""One tiny finished run for all tests of analysis; those that change it take a copy."""

import pathlib
import shutil

import gin
import pytest

from lth_keras.commands import analyze_command
from lth_keras.commands import main as commands

GIN = pathlib.Path(__file__).resolve().parent.parent.parent / "gin"


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    """A finished run of gin/smoke/lmc_mnist1d.gin; XLA would compile longer than this computes."""
    folder = tmp_path_factory.mktemp("runs")
    assert commands.main([
        f"--gin_file={GIN}/smoke/lmc_mnist1d.gin", f"--output_dir={folder}",
        "--gin_param=lenet_300_100.width = 0.05", "--gin_param=Experiment.jit = False"]) == 0
    gin.clear_config()
    found, = folder.glob("lmc_mnist1d-*")
    return found


@pytest.fixture(scope="module")
def opened(root, tmp_path_factory):
    """A copy of it, opened once, because its functions take seconds to compile; its bindings."""
    copy = tmp_path_factory.mktemp("copies") / root.name
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("analysis"))
    found, _ = analyze_command.opened(copy)
    return found, gin.config_str()


@pytest.fixture
def run(opened):
    """The opened copy with nothing measured, and in force the bindings that models are built by."""
    found, bindings = opened
    shutil.rmtree(found.paths.root / "analysis", ignore_errors=True)
    with gin.unlock_config():
        gin.parse_config(bindings)
    return found
