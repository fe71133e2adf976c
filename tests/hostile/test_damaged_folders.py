"""Replaced folders, files that are not JSON, several damages at once; then every command."""

import random

import pytest

from tests.hostile import damages
from tests.hostile import origin as origins
from tests.hostile.check import FILES, check, name_of

FOLDERS = ("trial_01", "trial_01/round_01", "trial_01/distributions", "tensorboard", "figures",
           "exports", "analysis", "tensorboard/round_01", "tensorboard_trials")
NO_JSON = (*damages.NO_JSON, damages.twice)


@pytest.mark.parametrize("damage", [damages.link_of_folder, damages.file_for_folder], ids=name_of)
@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder(name, damage, run, origin, tmp_path, capsys, marker):
    (run / name).mkdir(parents=True, exist_ok=True)
    damage(run / name)
    outside = origins.fingerprint(tmp_path / "outside")
    check(run, origin, tmp_path, capsys, name)
    repaired = origins.answer(capsys, "verify", run, "--repair")
    assert origins.is_one_clear_line(repaired)
    assert origins.fingerprint(tmp_path / "outside") == outside


@pytest.mark.parametrize("name", [
    "run.json", "report.json", "exports/exported.json", "analysis/mask_overlap/summary.json",
    "trial_01/ticket@02/done.json"])
@pytest.mark.parametrize("turn", range(5))
def test_what_is_no_json_of_ours(name, turn, run, origin, tmp_path, capsys, marker):
    damage = NO_JSON[(2 * turn + len(name)) % len(NO_JSON)]
    damage(run / name)
    check(run, origin, tmp_path, capsys, f"{name} {damage.__doc__}")


@pytest.mark.parametrize("seed", range(20))
def test_several_at_once(seed, run, origin, tmp_path, capsys, marker):
    chance = random.Random(seed)
    for name in chance.sample(FILES, chance.choice((2, 3, 6))):
        chance.choice(damages.DAMAGES)(run / name)
    check(run, origin, tmp_path, capsys, f"seed {seed}")
