"""No two classes or modules have one name; no file and no function is too long to read."""

import ast
import collections
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parent.parent / "lth_keras"
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 50


def module_name(path):
    """The last part of a module's name; a package is called after its folder."""
    return path.parent.name if path.name == "__init__.py" else path.stem


def twice(pairs):
    """{name: places} of the names that are used in more than one place."""
    places = collections.defaultdict(list)
    for name, where in pairs:
        places[name].append(where)
    return {name: where for name, where in places.items() if len(where) > 1}


def too_long(source):
    """The parts of a source that are too long, a line for each; docstrings count."""
    lines = len(source.splitlines())
    wrong = [f"the file: {lines} lines"] if lines > MOST_LINES else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = node.end_lineno - node.lineno + 1
            if length > MOST_LINES_OF_A_FUNCTION:
                wrong.append(f"{node.name}: {length} lines")
    return wrong


def classes(source):
    """Names of a source's classes, nested ones too."""
    return [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]


@pytest.fixture(scope="module")
def sources():
    """{path inside the package: text}."""
    return {
        path.relative_to(PACKAGE): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))
    }


def test_no_two_modules_have_one_name(sources):
    assert twice((module_name(PACKAGE / path), str(path)) for path in sources) == {}


def test_no_two_classes_have_one_name(sources):
    assert twice(
        (name, str(path)) for path, source in sources.items() for name in classes(source)) == {}


def test_nothing_is_too_long(sources):
    bench = {path: path.read_text("utf-8") for path in (PACKAGE.parent / "bench").glob("*.py")}
    wrong = {str(path): too_long(source) for path, source in (sources | bench).items()}
    assert {path: lines for path, lines in wrong.items() if lines} == {}


def test_it_can_fail():
    long = "def f():\n" + "    x = 1\n" * 50
    assert too_long(long) == ["f: 51 lines"]
    assert too_long("x = 1\n" * 301) == ["the file: 301 lines"]
    assert twice([("network", "data/network.py"), ("network", "training/network.py")]) == {
        "network": ["data/network.py", "training/network.py"]}
    assert classes("class A:\n    class B:\n        pass\n") == ["A", "B"]
