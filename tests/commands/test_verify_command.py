"""`verify` prints a line for each finding, and sets damaged parts aside."""

import pytest

from lth_keras.commands.main import main
from tests import fault_injection


def test_findings_are_printed_and_set_aside(make_run, capsys):
    root = make_run(trials=1, rounds=1, variants=())
    damaged = root / "trial_01" / "full" / "weights.npz"
    fault_injection.flip(damaged)
    assert main(["verify", str(root)]) == 1
    said = capsys.readouterr()
    assert "trial_01/full/weights.npz: has another checksum" in said.out
    assert said.err.count("\n") == 1 and "--repair" in said.err and damaged.is_file()
    assert main(["verify", root.name, f"--output_dir={root.parent}", "--repair"]) == 0
    assert (root / "set_aside/001/trial_01/full/weights.npz").is_file()
    assert not damaged.parent.exists()


@pytest.mark.parametrize("arguments", [[], ["one", "two"]])
def test_it_takes_one_run(arguments, capsys):
    assert main(["verify", *arguments]) == 2
    assert f"verify takes one RUN; {len(arguments)} were given" in capsys.readouterr().err
