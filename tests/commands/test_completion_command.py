"""Completion: what bash is told, and keys typed into an interactive bash and zsh."""

import os
import pty
import select
import shutil
import subprocess
import time

import pytest

from lth_keras.commands import completion_command

_START = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}


class Shell:
    """An interactive shell on a terminal of its own, with the completion script sourced."""

    def __init__(self, name, folder):
        (folder / "script").write_text(completion_command.script(name), "utf-8")
        (folder / "runs" / "mnist_lt-3f9c2a1b").mkdir(parents=True)
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            surroundings = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb",
                            "LANG": "C.UTF-8", "COLUMNS": "200", "LINES": "50"}
            os.execvpe(_START[name][0], _START[name], surroundings)
        self.cleared = 0
        # The quotes keep the word that is waited for out of the echo of what is typed.
        self.shown_after("source ./script; echo rea''dy\n", "\nready", 20)

    def shown_after(self, keys, expected, seconds=10):
        """What the terminal shows after the keys: up to `expected`, or until time is up."""
        os.write(self.terminal, keys.encode())
        end, shown = time.monotonic() + seconds, ""
        while expected not in shown and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                # A bell may stand within a word.
                shown += os.read(self.terminal, 65536).decode("utf-8", "replace").replace("\a", "")
        return shown

    def clear_line(self):
        """Ctrl-U; the echo of a number says that all before it was shown."""
        self.cleared += 1
        self.shown_after(f"\x15echo clea''red{self.cleared}\n", f"\ncleared{self.cleared}")

    def close(self):
        os.close(self.terminal)  # It hangs up, which ends the shell.
        os.waitpid(self.process, 0)


@pytest.fixture(params=["bash", "zsh"], scope="module")
def shell(request, tmp_path_factory):
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} on this machine: apt-get install {request.param}")
    opened = Shell(request.param, tmp_path_factory.mktemp(request.param))
    yield opened
    opened.close()


@pytest.mark.parametrize("typed, expected", [
    ("lth-keras ver", "verify "),
    ("lth-keras verify --rep", "--repair "),
    ("lth-keras export --no", "--nolatency "),
    ("lth-keras report mnist_l", "mnist_lt-3f9c2a1b"),
    ("lth-keras experiments mnist_frankle_", "mnist_frankle_one_shot"),
    ("lth-keras --gin_file=mnist_frankle_", "--gin_file=mnist_frankle_one_shot"),
    ("lth-keras --gin_file=mnist_lt --wor", "--workers="),
    ("lth-keras --vers", "--version "),
])
def test_a_word_is_completed(shell, typed, expected):
    shown = shell.shown_after(f"{typed}\t", expected)
    shell.clear_line()
    assert expected in shown and "not found" not in shown, shown


def test_the_choice_is_listed(shell):
    shown = shell.shown_after("lth-keras exp\t\t", "export")
    shell.clear_line()
    assert "export" in shown, shown


@pytest.mark.parametrize("words, expected", [
    (["lth-keras", "exp"], {"export", "experiments"}),
    (["lth-keras", "--gin_file", "=", "mnist_frankle_"], {"mnist_frankle_one_shot"}),
    (["lth-keras", "verify", "--rep"], {"--repair"}),
    (["lth-keras", "completion", ""], {"bash", "zsh"}),
])
def test_bash_is_told_what_fits(words, expected, tmp_path):
    (tmp_path / "completion").write_text(completion_command.script("bash"))
    quoted = " ".join(f"'{word}'" for word in words)
    program = (
        f"source {tmp_path}/completion; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
        "_lth_keras 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert set(done.stdout.split()) - {"completion"} == expected
