"""The words of zsh's completion; test_completion_command.py types into the shell itself."""

from lth_keras.commands import command_table
from lth_keras.commands.zsh_completion import zsh_script


def test_it_says_what_each_word_means():
    script = zsh_script("some-tool", ["one", "two/three"])
    assert "'list:The runs there'" in script and "compopt" not in script
    assert "--nolatency[leaves out the comparison with the dense network]" in script
    assert "'*--gin_file=[" in script and "compdef _some_tool some-tool" in script
    assert 'compadd "$@" -- one two/three' in script


def test_every_flag_of_every_command_is_there():
    lines = zsh_script("lth-keras", []).replace(" \\\n", " ").splitlines()
    for name, command in command_table.COMMANDS.items():
        (case,) = [line for line in lines if line.startswith(f"    {name}) ")]
        for flag in (*command.flags, command_table.OUTPUT_DIR):
            assert f"--{flag.name}" in case or f"--no{flag.name}" in case
