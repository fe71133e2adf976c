"""What keeps the code findable: short files and functions, and one name for one thing."""

import ast
import collections
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "lth_keras"
MOST_LINES, MOST_FUNCTION_LINES = 300, 50
SOURCES = sorted(path for folder in (PACKAGE, ROOT / "bench") for path in folder.rglob("*.py"))


def classes(paths):
    """Names of all classes at the top of the modules."""
    return [node.name for path in paths for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.ClassDef)]


def modules(paths):
    """Names of all modules, and of the packages that hold them."""
    files = [path.stem for path in paths if path.stem != "__init__"]
    return files + [path.parent.name for path in paths if path.stem == "__init__"]


def long_functions(source):
    """(name, lines) of functions that are too long; their docstrings are not counted."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= node.body[0].end_lineno - node.body[0].lineno + 1
            if lines > MOST_FUNCTION_LINES:
                found.append((node.name, lines))
    return found


def twice(names):
    return sorted(name for name, count in collections.Counter(names).items() if count > 1)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path):
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= MOST_LINES
    assert long_functions(source) == []


def test_no_two_classes_or_modules_have_one_name():
    paths = sorted(PACKAGE.rglob("*.py"))
    assert twice(classes(paths)) == []
    assert twice(modules(paths)) == []


def test_it_can_fail():
    body = "\n".join("    x = 1" for _ in range(MOST_FUNCTION_LINES))
    assert long_functions(f"def f():\n{body}\n") == [("f", MOST_FUNCTION_LINES + 1)]
    assert long_functions(f'def f():\n    """Two\n    lines."""\n{body[10:]}\n') == []
    assert twice(["a", "b", "a"]) == ["a"]
