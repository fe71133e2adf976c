"""Damages, replaces or links each file of a finished run, and then gives every command."""

import pytest

from tests.hostile import damages
from tests.hostile.check import FILES, check, name_of

ALWAYS = (damages.a_bit, damages.gone, damages.a_link, damages.a_pipe)
IN_TURN = tuple(damage for damage in damages.DAMAGES if damage not in ALWAYS)
# Each file gets four damages and one more; bench/hostile.py tries every pair.
CASES = [(name, damage) for place, name in enumerate(FILES) for damage in (
    *ALWAYS, IN_TURN[place % len(IN_TURN)])] + [
    (name, damages.another_runs) for name in FILES if name.startswith("trial_01/")]


@pytest.mark.parametrize("name, damage", CASES, ids=name_of)
def test_a_file(name, damage, run, origin, tmp_path, capsys, marker):
    damage(run / name)
    check(run, origin, tmp_path, capsys, name)
