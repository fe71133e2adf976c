"""`doctor` prints every check, and fails where one is wrong."""

from lth_keras.commands.main import main
from lth_keras.doctor.check import WRONG, Check


def test_the_command_prints_every_check_and_fails_where_one_is_wrong(capsys, monkeypatch):
    monkeypatch.setattr("lth_keras.commands.doctor_command.data_sets", lambda _: [])
    assert main(["doctor"]) == 0
    assert "tf_keras" in capsys.readouterr().out
    monkeypatch.setattr("lth_keras.commands.doctor_command.machine",
                        lambda _: [Check("disk", "full", WRONG, "make room")])
    assert main(["doctor"]) == 1
    captured = capsys.readouterr()
    assert "make room" in captured.out and captured.err.startswith("error: disk:")
