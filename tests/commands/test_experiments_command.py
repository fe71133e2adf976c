"""`experiments` lists the packaged experiments, and prints one."""

import pathlib

from lth_keras.commands.main import main

GIN = pathlib.Path(__file__).resolve().parents[2] / "gin"


def test_the_command_lists_them_and_prints_one(capsys):
    assert main(["experiments"]) == 0
    shown = capsys.readouterr().out
    assert "mnist1d_lt\n" in shown and "Greydanus" in shown
    assert main(["experiments", "mnist_lt"]) == 0
    assert capsys.readouterr().out == (GIN / "mnist_lt.gin").read_text("utf-8")
