"""Every file of a finished run damaged, replaced or led astray, and every command given then."""

import random

import pytest

from tests.hostile import damages
from tests.hostile import origin as origins

# Of each kind of file one: what is read of it, and by whom, is the same for its like.
FILES = (
    "run.json", "config.gin", "operative_config.gin", "metrics.csv", "summary.csv", "summary.md",
    "comparisons.csv", "report.html", "report.json", ".lock", "exports/exported.json",
    "analysis/mask_overlap/summary.json", "analysis/mask_overlap/summary.csv",
    "trial_01/initial.npz", "trial_01/rewind.npz", "trial_01/rewind_optimizer.npz",
    "trial_01/distributions/ticket@02_initial.npz",
    *(f"trial_01/round_01/{name}" for name in ("masks.npz", "weights.npz", "metrics.csv",
                                               "done.json")),
    *(f"trial_01/ticket@02/{name}" for name in ("masks.npz", "weights.npz", "initial.npz",
                                                "metrics.csv", "done.json")),
)
CASES = [(name, damage) for name in FILES for damage in damages.DAMAGES] + [
    (name, damages.the_other_trials) for name in FILES if name.startswith("trial_01/")]
FOLDERS = ("trial_01", "trial_01/round_01", "trial_01/distributions", "tensorboard", "figures",
           "exports", "analysis", "tensorboard/round_01")


def _id(value):
    return getattr(value, "__name__", str(value))


def check(run, origin, tmp_path, capsys, damaged=None, is_strict=True):
    """Gives every command, and holds each answer to what is promised.

    `is_strict` says that no seal was made to fit, so that results have to be the undisturbed run's.
    """
    outside = origins.fingerprint(tmp_path / "outside")
    whole = origins.contents(origin)
    for name, arguments in origins.commands(run, tmp_path).items():
        outcome = origins.answer(capsys, *arguments)
        assert origins.is_one_clear_line(outcome), (name, outcome)
        assert origins.fingerprint(tmp_path / "outside") == outside, name
        assert "\x1b]" not in outcome.out + outcome.err, name
        if name == "verify" and outcome.status == 0 and is_strict:
            found = origins.contents(run)
            assert {key: found.get(key) for key in whole} == whole, "verify finds nothing"
        if name == "resume" and outcome.status == 0 and is_strict:
            found = origins.contents(run)
            assert {key: found.get(key) for key in whole} == whole, f"{damaged}: another result"
    assert not (tmp_path / "exported").is_symlink()


@pytest.mark.parametrize("name, damage", CASES, ids=_id)
def test_a_file(name, damage, run, origin, tmp_path, capsys, marker):
    damage(run / name)
    check(run, origin, tmp_path, capsys, name)


@pytest.mark.parametrize("damage", [damages.link_of_folder, damages.file_for_folder], ids=_id)
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
@pytest.mark.parametrize("damage", [*damages.NO_JSON, damages.twice], ids=range(11))
def test_what_is_no_json_of_ours(name, damage, run, origin, tmp_path, capsys, marker):
    damage(run / name)
    check(run, origin, tmp_path, capsys, name)


@pytest.mark.parametrize("seed", range(40))
def test_several_at_once(seed, run, origin, tmp_path, capsys, marker):
    chance = random.Random(seed)
    for name in chance.sample(FILES, chance.choice((2, 3, 6))):
        chance.choice(damages.DAMAGES)(run / name)
    check(run, origin, tmp_path, capsys, f"seed {seed}")


def test_there_are_as_many_cases_as_promised():
    assert len(CASES) + 2 * len(FOLDERS) + 5 * 11 + 40 >= 300
