"""Names of networks, and of folders that are never paths."""

import pytest

from lth_keras import paths


@pytest.mark.parametrize("name, variant, round", [
    ("ticket@06", "ticket", 6), ("round_03", "imp", 3), ("round_100", "imp", 100),
    ("full", "full", 0), ("round_3", "round_3", 0)])
def test_a_name_says_variant_and_round(name, variant, round):
    assert paths.variant_and_round(name) == (variant, round)


def test_names_are_made_as_they_are_read():
    assert paths.round_name(3) == "round_03" and paths.round_name(100) == "round_100"
    assert paths.variant_name("ticket", 6) == "ticket@06" and paths.variant_name("full") == "full"
    assert paths.network_label("full", 0) == "full"
    assert paths.chain_name("fine_tune", 0) == "round_00"  # Each chain begins at IMP's.
    assert paths.chain_name("fine_tune", 2) == "fine_tune@02"


@pytest.mark.parametrize("text, name", [
    ("My Run (2)", "My_Run_2"), ("../../etc/passwd", "etc_passwd"), ("..", "unnamed"),
    ("é/ü", "e_u"), ("", "unnamed"), ("a" * 300, "a" * 100), (".hidden", "hidden")])
def test_a_safe_name_is_one_folder(text, name):
    assert paths.safe_name(text) == name


def test_a_run_s_files_lie_inside_it(tmp_path):
    run = paths.RunPaths(tmp_path)
    assert run.network(2, "ticket@06") == tmp_path / "trial_02" / "ticket@06"
    assert run.distributions(1) == tmp_path / "trial_01" / "distributions"
    assert all(path.is_relative_to(tmp_path) for name, path in vars(run).items())
