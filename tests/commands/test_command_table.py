"""The table of commands: help that fits the terminal, flags that parse, no TensorFlow for it."""

import subprocess
import sys

import pytest

import lth_keras
from lth_keras.commands import command_table
from lth_keras.commands.main import main

COMMANDS = [command_table.TRAIN, *command_table.COMMANDS.values()]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_help_uses_the_width_and_breaks_no_word(width):
    text = command_table.help_text(width=width)
    assert max(map(len, text.splitlines())) <= width
    assert max(map(len, text.splitlines())) > width - 12
    words = " ".join(text.split())
    for command in COMMANDS:
        for flag in command.flags:
            assert flag.spelling in words, flag
            assert " ".join(flag.text.split()) in words, flag


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_help_of_one_command_is_its_own(command, capsys):
    if command is command_table.TRAIN:
        assert main(["--help"]) == 0
        shown = capsys.readouterr().out
        assert all(f"run.py {each.usage.split()[0]}" in shown for each in COMMANDS)
    else:
        assert main([command.name, "--help"]) == 0
        assert capsys.readouterr().out == command.help(80)


@pytest.mark.parametrize("argv, expected", [
    (["exprot"], "did you mean 'export'?"),
    (["export", "RUN", "--vraiant=full"], "variant"),
    (["--gin_flie=x"], "gin_file"),
    (["completion", "fish"], "bash or zsh"),
    (["experiments", "a", "b"], "one name at most"),
    (["doctor", "x"], "no arguments"),
])
def test_misspelt_words_are_answered(argv, expected, capsys):
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert expected in captured.err and captured.err.count("\n") == 1 and captured.out == ""


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"lth_keras {lth_keras.__version__}\n"


def test_what_answers_at_once_imports_neither_tensorflow_nor_pandas():
    program = (
        "import sys\nfrom lth_keras.commands.main import main\n"
        "codes = [main(argv) for argv in (['--help'], ['export', '--help'], ['--version'], "
        "['experiments'], ['completion', 'bash'], ['exprot'], ['export', '--nonsense'])]\n"
        "print(codes, sorted(set(sys.modules) & {'tensorflow', 'pandas', 'matplotlib', 'scipy'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          timeout=60)
    assert done.stdout.splitlines()[-1] == "[0, 0, 0, 0, 0, 2, 2] []", done.stderr
