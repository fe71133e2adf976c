"""A run is found by its folder or its name."""

import os

import pytest

from lth_keras.commands.find_run import find_run
from lth_keras.errors import ConfigurationError


def test_by_folder_by_name_and_without_run_json(tmp_path):
    root = tmp_path / "runs" / "mnist_lt-1234"
    (root / "trial_01").mkdir(parents=True)
    for name in (str(root), "mnist_lt-1234"):
        assert find_run(name, tmp_path / "runs").root == root


def test_a_name_that_is_near_is_proposed(tmp_path):
    root = tmp_path / "mnist_lt-1234"
    root.mkdir()
    (root / "run.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="no run 'mnist_lt-1243'.* mean mnist_lt-1234?"):
        find_run("mnist_lt-1243", tmp_path)
    with pytest.raises(ConfigurationError, match="see python run.py list"):
        find_run("entirely_different", tmp_path)


@pytest.mark.parametrize("denied", ["theirs-1234", "."])
def test_a_folder_that_may_not_be_read_is_said(denied, tmp_path, monkeypatch):
    (tmp_path / "theirs-1234").mkdir()
    # Nothing is denied to the superuser, who may run the tests.
    monkeypatch.setattr(os, "access", lambda path, how: path != tmp_path / denied)
    with pytest.raises(ConfigurationError, match="cannot be read: permission denied; ask"):
        find_run("theirs-1234", tmp_path)
