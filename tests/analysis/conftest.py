"""A tiny finished run for all tests of analysis (tests that change it take a copy); a matrix."""

import shutil

import gin
import numpy as np
import pytest

from lth_keras.commands import analyze_command


@pytest.fixture
def root(lmc_root):
    """The finished run's folder."""
    return lmc_root


@pytest.fixture(scope="session")
def opened(lmc_root, tmp_path_factory):
    """(a copy of the run, opened; its bindings). Opened once, because compiling takes seconds."""
    copy = tmp_path_factory.mktemp("copies") / lmc_root.name
    shutil.copytree(lmc_root, copy, ignore=shutil.ignore_patterns("analysis"))
    run, _ = analyze_command.opened(copy)
    return run, gin.config_str()


@pytest.fixture
def run(opened):
    """The opened copy without measurements, with its gin bindings in force, which models need."""
    run, bindings = opened
    shutil.rmtree(run.paths.root / "analysis", ignore_errors=True)
    with gin.unlock_config():
        gin.parse_config(bindings)
    return run


@pytest.fixture(scope="module")
def quadratic():
    """(a symmetric matrix in a random basis, its eigenvalues 100, 99, …, 1, 0 and −1 … −19)."""
    generator = np.random.default_rng(3)
    basis, _ = np.linalg.qr(generator.standard_normal((120, 120)))
    values = np.concatenate([np.arange(100, -1, -1), -np.arange(1, 20)]).astype(float)
    return (basis * values) @ basis.T, values
