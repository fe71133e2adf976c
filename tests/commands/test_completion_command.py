"""The completion that `completion bash` prints completes commands, flags and names."""

import subprocess

import pytest

from lth_keras.commands import completion_command


@pytest.mark.parametrize("words, expected", [
    (["lth-keras", "exp"], {"export", "experiments"}),
    (["lth-keras", "--gin_file", "=", "mnist_frankle_"], {"mnist_frankle_one_shot"}),
    (["lth-keras", "verify", "--rep"], {"--repair"}),
    (["lth-keras", "completion", ""], {"bash", "zsh"}),
])
def test_bash_completes(words, expected, tmp_path):
    (tmp_path / "completion").write_text(completion_command.script("bash"))
    quoted = " ".join(f"'{word}'" for word in words)
    program = (
        f"source {tmp_path}/completion; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
        "_lth_keras 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert set(done.stdout.split()) - {"completion"} == expected
