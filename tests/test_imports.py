"""Imports point one way: this test holds the table of docs/architecture.md."""

import ast
import pathlib
import subprocess
import sys
import textwrap

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parent.parent / "lth_keras"

# From the ground up; a module may import from its own layer and from those before it.
LAYERS = (
    {"errors", "durations", "opening", "paths", "files", "seeds", "signals", "sink", "masks",
     "metric", "criteria", "granularity", "plain_text", "wording", "program", "apportioning",
     "mask_updates", "process_memory"},
    {"compat", "variables", "keras3"},
    {"tasks"},
    {"data", "models", "pruning", "initializers", "channels"},
    {"statistics"},
    {"store"},
    {"layer_densities"},
    {"figures"},
    {"tensorboard", "console"},
    {"report"},
    {"training", "learned_masks", "rewinding", "export", "analysis"},
    {"experiment"},
    {"cluster", "doctor", "tickets"},
    {"api", "commands", "__main__"},
)
# These must not import TensorFlow, also not through other modules: they are used without it.
WITHOUT_TENSORFLOW = LAYERS[0] | {
    "statistics", "store", "figures", "tensorboard", "console", "report"}
TENSORFLOW = {"tensorflow", "tf_keras", "keras", "tensorflow_model_optimization",
              "tensorflow_datasets"}
GROUND_MAY = {"numpy", "gin", "scipy"}
# The only places that may import Keras and TFMOT themselves.
KERAS_IN = {"compat"}
# The one file that imports Keras 3.
KERAS_3_IN = "keras3/library.py"
# Programs that are copied into an export, or time it: they run without the toolkit.
STANDALONE = {"export/verify_export.py", "export/time_exports.py"}


def layer_of(name):
    """Index of the layer that holds a module or package, or None."""
    return next((index for index, layer in enumerate(LAYERS) if name in layer), None)


def imported(source):
    """Full names of everything that a source imports, in functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def violations(own, source, file=""):
    """The wrong imports of a module in the room `own`, a sentence for each."""
    wrong = set()
    for name in imported(source):
        first, *rest = name.split(".")
        if first == "lth_keras" and rest:
            target = layer_of(rest[0])
            if target is None:
                if rest[0] != "__version__":
                    wrong.add(f"{own} imports lth_keras.{rest[0]}, which has no layer")
            elif target > layer_of(own):
                wrong.add(f"{own} imports {rest[0]}, which lies above it")
            elif own in WITHOUT_TENSORFLOW and rest[0] not in WITHOUT_TENSORFLOW:
                wrong.add(f"{own} imports {rest[0]}, which may import TensorFlow")
        elif own in WITHOUT_TENSORFLOW and first in TENSORFLOW:
            wrong.add(f"{own} imports {first}")
        elif first in {"tf_keras", "tensorflow_model_optimization"} and own not in KERAS_IN:
            wrong.add(f"{own} imports {first} past lth_keras.compat")
        elif first == "keras" and file != KERAS_3_IN:
            wrong.add(f"{own} imports {first} past lth_keras.{KERAS_3_IN}")
    return sorted(wrong)


def sources():
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if inside.parts != ("__init__.py",):
            yield inside, inside.parts[0].removesuffix(".py")


@pytest.mark.parametrize("inside, own", list(sources()), ids=lambda value: str(value))
def test_imports_point_one_way(inside, own):
    assert layer_of(own) is not None, f"{own} is in no layer: put it into LAYERS"
    source = (PACKAGE / inside).read_text("utf-8")
    if inside.as_posix() in STANDALONE:
        assert not {name for name in imported(source) if name.split(".")[0] == "lth_keras"}
    else:
        assert violations(own, source, inside.as_posix()) == []


def test_a_stored_run_is_read_without_tensorflow():
    modules = [
        ".".join(("lth_keras", *inside.with_suffix("").parts)).removesuffix(".__init__")
        for inside, own in sources() if own in WITHOUT_TENSORFLOW
    ]
    program = (
        f"import importlib, sys\nfor name in {modules}: importlib.import_module(name)\n"
        f"print(sorted(set(sys.modules) & {TENSORFLOW}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          cwd=PACKAGE.parent, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


def test_the_package_itself_imports_no_part_of_it():
    names = set(imported((PACKAGE / "__init__.py").read_text("utf-8")))
    assert not {name for name in names if name.split(".")[0] in TENSORFLOW | {"lth_keras"}}


@pytest.mark.parametrize("own", sorted(LAYERS[0]))
def test_the_ground_stands_on_numpy_alone(own):
    allowed = GROUND_MAY | {"lth_keras"} | set(sys.stdlib_module_names)
    for inside, part in sources():
        if part == own:
            names = imported((PACKAGE / inside).read_text("utf-8"))
            assert {name.split(".")[0] for name in names} <= allowed, inside


@pytest.mark.parametrize("own, source, expected", [
    ("masks", "import tensorflow as tf", ["masks imports tensorflow"]),
    ("store", "from lth_keras.compat import tf",
     ["store imports compat, which may import TensorFlow"]),
    ("store", "def f():\n    from lth_keras import pruning",
     ["store imports pruning, which may import TensorFlow"]),
    ("pruning", "from lth_keras.training import Trainer",
     ["pruning imports training, which lies above it"]),
    ("pruning", "import lth_keras.experiment.execute",
     ["pruning imports experiment, which lies above it"]),
    ("training", "import tf_keras", ["training imports tf_keras past lth_keras.compat"]),
    ("training", "import keras", ["training imports keras past lth_keras.keras3/library.py"]),
    ("compat", "import keras", ["compat imports keras past lth_keras.keras3/library.py"]),
    ("training", "from lth_keras import attic",
     ["training imports lth_keras.attic, which has no layer"]),
    ("experiment", "from lth_keras import training, pruning, files", []),
    ("masks", "from lth_keras.errors import RunError\nimport numpy as np", []),
])
def test_it_can_fail(own, source, expected):
    assert violations(own, textwrap.dedent(source)) == expected
