"""The packaged gin files: found by name from any folder, and described."""

import pathlib

import pytest

from lth_keras.commands import gin_files
from lth_keras.errors import ConfigurationError

GIN = pathlib.Path(__file__).resolve().parents[2] / "gin"


@pytest.mark.parametrize("name, file", [
    ("mnist_lt", "mnist_lt.gin"), ("mnist_lt.gin", "mnist_lt.gin"),
    ("smoke/mnist_lt", "smoke/mnist_lt.gin"), ("gin/smoke/mnist_lt.gin", "smoke/mnist_lt.gin"),
    ("analysis/insights", "analysis/insights.gin"),
])
def test_a_name_is_found_from_any_folder(name, file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert pathlib.Path(gin_files.find(name)) == GIN / file


def test_a_file_of_ones_own_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist_lt").write_text("")
    assert gin_files.find("mnist_lt") == "mnist_lt"


@pytest.mark.parametrize("name, expected", [
    ("mnist_tl", "did you mean mnist_lt?"), ("smoke/mnist_l", "did you mean smoke/mnist_lt?"),
    ("x" * 300, "…"), ("nothing_like_it_at_all", "experiments` lists"), ("a\0b", "is no file"),
])
def test_what_is_not_there_is_answered_with_what_is(name, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        gin_files.find(name)
    assert expected in str(caught.value)


def test_every_experiment_says_what_it_is_and_how_long_it_takes():
    known = {each.name: each for each in gin_files.packaged()}
    assert len(known) == len(list(GIN.glob("**/*.gin"))) - len(list(GIN.glob("pieces/*.gin")))
    assert all(each.what for each in known.values())
    assert not [name for name, each in known.items() if "/" not in name and not each.time]
    assert known["mnist_lt"].source.startswith("De Alwis, Maniktala, Toole")
