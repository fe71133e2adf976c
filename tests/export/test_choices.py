"""What an export may be asked for: the same names as its writers have."""

import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.export import EXPORT_FORMATS
from lth_keras.export.choices import DEFAULT, FORMATS, check_choices, place_of


def test_the_names_are_those_of_the_writers():
    assert list(FORMATS) == list(EXPORT_FORMATS)
    check_choices(DEFAULT, None, "trained", compact=False)


@pytest.mark.parametrize("choices, said", [
    (((), None, "trained", False), "format is 'empty'"),
    ((("kears",), None, "trained", False), "format is 'kears'"),
    ((("keras",), "int8", "trained", False), "input is 'int8'"),
    ((("keras",), None, "first", False), "weights is 'first'"),
    ((DEFAULT, None, "trained", True), "compact goes with networks"),
])
def test_unknown_names_are_refused(choices, said):
    with pytest.raises(ConfigurationError, match=said):
        check_choices(*choices)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(FORMATS, "onnx", ("no_such_package",))
    with pytest.raises(ConfigurationError, match="no_such_package is not installed"):
        check_choices(("onnx",), None, "trained", compact=False)


def test_a_place_is_new(tmp_path):
    assert place_of(tmp_path / "new" / ".." / "other") == tmp_path / "other"
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for taken in (tmp_path, tmp_path / "link"):
        with pytest.raises(ConfigurationError, match="exists already"):
            place_of(taken)
    with pytest.raises(ConfigurationError, match="cannot be made"):
        place_of(tmp_path / "a\0b")
