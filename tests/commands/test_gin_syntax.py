"""gin files as text: their syntax and imports, without importing or running a thing."""

import pytest

from lth_keras.commands.gin_syntax import check_syntax, imported_modules, modules_of_file
from lth_keras.errors import ConfigurationError

GOOD = "import lth_keras.models\nA.b = 3\nA.c = [@d/E(), %F]\nF = {'a': (1, None)}\n"


def test_good_files_and_bindings_pass(tmp_path):
    (tmp_path / "a.gin").write_text(f"include 'b.gin'\n{GOOD}")
    (tmp_path / "b.gin").write_text("include 'a.gin'\nimport mine\n")  # gin itself refuses a circle
    # of includes.
    check_syntax([tmp_path / "a.gin"], ["A.b = 4", "x/A.b = @c"])
    assert modules_of_file(tmp_path / "a.gin") == ["mine", "lth_keras.models"]


@pytest.mark.parametrize("line", ["A.b = = 3", "= 3", "A..b = 3", "@@", "F = (1,", "x/y/z.w", "'"])
def test_a_wrong_line_is_named(line, tmp_path):
    (tmp_path / "a.gin").write_text(f"A.b = 3\n{line}\n")
    with pytest.raises(ConfigurationError, match="a.gin"):
        check_syntax([tmp_path / "a.gin"], [])
    with pytest.raises(ConfigurationError, match="--gin_param"):
        check_syntax([], [line])


@pytest.mark.parametrize("text, modules", [
    (GOOD, []), ("import evil", ["evil"]), ("import lth_keras_evil", ["lth_keras_evil"]),
    ("from os import path", ["os.path"]), ("import lth_keras.criteria as os", []),
    ("from __gin__ import dynamic_registration", ["__gin__.dynamic_registration"]),
])
def test_modules_that_are_not_ours(text, modules):
    assert imported_modules(text, "config.gin") == modules


def test_a_stored_configuration_includes_nothing():
    with pytest.raises(ConfigurationError, match="altered"):
        imported_modules("include '/etc/passwd'", "config.gin")
