"""Sentences are broken at the terminal's width; paths and commands are not."""

from lth_keras.console.sentences import wrapped


def test_a_sentence_fits_and_loses_no_word():
    text = "best ticket, test: " + "the mean at an evaluation " * 5
    lines = wrapped(text, 40).split("\n")
    assert max(map(len, lines)) <= 40 and len(lines) > 3
    assert " ".join(lines).split() == text.split()


def test_what_is_to_be_copied_stays_whole():
    path, command = "/a place/" + "x-y/" * 30, "`run.py report RUN`"
    lines = wrapped(f"written to {path}; see {command} for more", 30, (path, command)).split("\n")
    assert f"{path};" in lines and any(command in line for line in lines)
    assert max(len(line) for line in lines if path not in line) <= 30
