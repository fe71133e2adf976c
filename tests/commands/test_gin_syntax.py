"""gin files as text: their syntax and imports, without importing or running a thing."""

import pytest

from lth_keras.commands import gin_syntax
from lth_keras.commands.gin_syntax import (
    check_syntax,
    given_values,
    imported_modules,
    modules_of_file,
    without_imports,
)
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


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_an_import_is_left_out_whatever_else_ends_a_line(end):
    text = f"# a{end}b\nimport evil\nA.b = 3\n"
    assert without_imports(text, "config.gin", ["evil"]) == f"# a{end}b\n\nA.b = 3\n"


def test_an_import_that_cannot_be_left_out_is_refused(monkeypatch):
    of_text = gin_syntax.statements_of_text

    def moved(text, name):
        return [each._replace(location=each.location._replace(line_num=1))
                for each in of_text(text, name)]

    monkeypatch.setattr(gin_syntax, "statements_of_text", moved)
    with pytest.raises(ConfigurationError, match="imports 'evil' in a form .* altered"):
        without_imports("A.b = 3\nimport evil", "config.gin", ["evil"])


def test_what_the_user_gives_a_parameter(tmp_path):
    (tmp_path / "a.gin").write_text("C = 'mine'\nx/A.b = 'one'\nB.b = 'no'\n")
    assert given_values([tmp_path / "a.gin"], ["m.A.b = %C", "A.b = %D", "A.c = 3"], "A.b") == {
        "one", "mine", "%D"}
