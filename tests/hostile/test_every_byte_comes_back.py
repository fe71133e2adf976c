"""Changes a bit in each file of a finished run, one at a time; repairing and resuming restores all.

"All" means the bytes of every file. Of run.json and done.json the times and durations are left out.
A network that is trained again is evaluated at another time; then its event files have that time.
"""

import json
import re

import pytest

from tests.hostile import damages
from tests.hostile import origin as origins


def files_of(root):
    """Every file of a run except locks, which are not results."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*")
                  if path.is_file() and path.name != ".lock")


def told(path):
    """The content of a file without its times and its memory."""
    if path.suffix == ".json":
        return _timeless(json.loads(path.read_text("utf-8")))
    if path.name == "report.html":
        return re.sub("; [^;]* of main memory at most", "", path.read_text("utf-8"))
    return path.read_bytes()


def _timeless(value):
    if isinstance(value, dict):
        return {key: _timeless(each) for key, each in value.items() if key not in origins.TIMES}
    return value


@pytest.fixture(scope="module")
def whole(origin):
    """{file: content} of the undamaged run."""
    return {name: told(origin / name) for name in files_of(origin)}


# Four parts, so that two processes share them.
@pytest.mark.parametrize("part", range(4))
def test_a_bit_of_each(part, origin, whole, tmp_path, capsys):
    wrong = []
    for number, name in enumerate(list(whole)[part::4]):
        run = origins.copied(origin, tmp_path / str(number) / "runs")
        damages.a_bit(run / name)
        commands = [("verify", run, "--repair"), (*origins.TRAIN, f"--output_dir={run.parent}")]
        if name.startswith("analysis/"):
            commands.append(origins.commands(run, tmp_path)["analyze"])
        for arguments in commands:
            outcome = origins.answer(capsys, *arguments)
            if outcome.status or not origins.is_one_clear_line(outcome):
                wrong.append(f"{name}: {arguments[0]} answers {outcome.err}")
        after = {each for each in files_of(run) if "set_aside" not in each}
        for each in {*whole, *after}:
            if each.startswith("tensorboard") and name.startswith("trial_"):
                continue
            if name == "run.json" and each in ("report.html", "report.json"):
                continue  # They hold the time at which the run began.
            if each not in after or each not in whole:
                if not each.startswith("exports/"):
                    wrong.append(f"{name}: {each} is there once only")
            elif told(run / each) != whole[each]:
                wrong.append(f"{name}: {each} differs")
        outcome = origins.answer(capsys, "verify", run)
        if outcome.status:
            wrong.append(f"{name}: verify still finds {outcome.out}")
    assert not wrong, "\n".join(wrong)
