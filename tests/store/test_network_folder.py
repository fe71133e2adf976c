"""done.json: written last, checked, and refused in another place."""

import pytest

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.store import network_folder
from tests.finished_networks import finish


def test_a_network_is_done_from_its_last_file_until_it_is_begun_again(tmp_path):
    folder = tmp_path / "trial_01" / "full"
    assert not network_folder.is_done(folder)
    finish(folder, steps=7)
    assert network_folder.is_done(folder)
    facts = network_folder.facts(folder)
    assert facts["steps"] == 7
    assert facts["files"]["masks.npz"] == files.sha256(folder / "masks.npz")
    network_folder.begin(folder)
    assert not network_folder.is_done(folder)
    with pytest.raises(RunError, match="cannot read .*done.json: No such file"):
        network_folder.facts(folder)


def test_what_is_written_is_checked_too(tmp_path):
    with pytest.raises(RunError, match="density"):
        finish(tmp_path / "trial_01" / "full", density=2.0)
    assert not (tmp_path / "trial_01" / "full" / "done.json").exists()


def test_what_is_read_twice_is_read_anew_when_it_has_changed(tmp_path):
    folder = finish(tmp_path / "trial_01" / "full", steps=7)
    network_folder.facts(folder)["steps"] = 8  # What is given is the caller's own.
    assert network_folder.facts(folder)["steps"] == 7
    finish(folder, steps=9)
    assert network_folder.facts(folder)["steps"] == 9


def test_a_whole_folder_in_another_place_is_refused(tmp_path):
    finish(tmp_path / "trial_01" / "full").rename(tmp_path / "trial_01" / "reinit")
    with pytest.raises(RunError, match="is that of full of trial 1: it was put into another"):
        network_folder.facts(tmp_path / "trial_01" / "reinit")
