"""`run.py report`: its arguments."""

import pytest

from lth_keras.commands.main import main
from tests.report.pages import cells_of, page_of


def test_the_command_takes_a_name_and_a_margin(make_run, capsys, undrawn):
    root = make_run()
    assert main(["report", root.name, f"--output_dir={root.parent}", "--margin=0.5"]) == 0
    assert "report.html" in capsys.readouterr().out
    assert {row[8] for row in cells_of(page_of(root), "differences")} == {"yes"}


@pytest.mark.parametrize("arguments, said", [
    (["report"], "needs a run"),
    (["report", "nowhere"], "no run 'nowhere'"),
    (["report", "{root}", "{root}"], "needs --to=DIR"),
    (["report", "{root}", "--to=x"], "comparison of several runs"),
    (["report", "{root}", "--margin=2"], "expected a share"),
])
def test_wrong_commands_end_with_two(make_run, capsys, arguments, said):
    root = make_run(trials=1, rounds=1)
    assert main([each.format(root=root) for each in arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (root / "report.html").exists()
