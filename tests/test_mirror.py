"""Each module has tests: in a file of its name, imported by a test, or through the file named here."""

import ast
import fnmatch
import pathlib

TESTS = pathlib.Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "lth_keras"

# Modules that no test imports: pattern → the test file that uses them. Most are tested through the
# function that users call, because a second training only for them would be expensive.
TESTED_THROUGH = {
    "analysis/measure.py": "analysis/test_measure_runner.py",
    "analysis/measures/*.py": "commands/test_analyze_command.py",
    "analysis/requested_measures.py": "commands/test_analyze_command.py",
    "cluster/worker.py": "cluster/test_side_by_side.py",
    "commands/doctor_command.py": "commands/test_command_table.py",
    "commands/experiments_command.py": "commands/test_packaged_gin_files.py",
    "commands/export_command.py": "export/test_network_export.py",
    "commands/find_run.py": "commands/test_report_command.py",
    "commands/list_command.py": "experiment/test_execute.py",
    "commands/train_command.py": "experiment/test_execute.py",
    "commands/verify_command.py": "experiment/test_durability.py",
    # One table has a row, worked out by hand, for each criterion.
    "criteria/*.py": "criteria/test_criteria_by_hand.py",
    "data/arrays.py": "test_api.py",
    "data/tfds_source.py": "data/test_dataset.py",
    "experiment/architectures.py": "experiment/test_variant.py",
    "experiment/bindings.py": "experiment/test_identity.py",
    "experiment/context.py": "experiment/test_variant.py",
    "experiment/job*.py": "experiment/test_execute.py",
    "experiment/mask_rules.py": "experiment/test_variant.py",
    "experiment/run_json.py": "experiment/test_durability.py",
    "experiment/run_recorder.py": "experiment/test_durability.py",
    "experiment/settings.py": "experiment/test_checking.py",
    "experiment/watched_gradients.py": "tensorboard/test_tensorboard_sink.py",
    # Each export is checked by its own verify.py, in a process that does not import lth_keras.
    "export/*.py": "export/test_network_export.py",
    "figures/*.py": "report/test_write_report.py",
    "initializers/*.py": "initializers/test_initializers.py",
    # Rebuilding a model uses all of the room.
    "keras3/*.py": "keras3/test_rebuilt.py",
    "metric.py": "statistics/test_summary.py",
    # One test builds every network and counts its weights.
    "models/*.py": "models/test_networks.py",
    "pruning/*.py": "pruning/test_wrapping.py",
    "report/*.py": "report/test_write_report.py",
    "rewinding/point.py": "training/test_trainer.py",
    "signals.py": "experiment/test_processes.py",
    "sink.py": "test_extending_page.py",
    "store/export_cards.py": "export/test_network_export.py",
    "tasks/*.py": "test_extending_page.py",
    "tickets.py": "test_api.py",
    "training/checkpoint.py": "experiment/test_durability.py",
    "training/gradient_norm.py": "tensorboard/test_tensorboard_sink.py",
    "training/replicated.py": "training/test_replicas.py",
    "training/saliency.py": "criteria/test_criteria_by_hand.py",
    "training/strategies.py": "training/test_replicas.py",
}


def imported(source):
    """Names of the modules, and of what is taken from them, that a source imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return names


def untested(modules, test_files, imports, through):
    """The modules that no test file is called after, imports, or is named for."""
    return [
        path for path in modules
        if str(pathlib.PurePath(path).with_name(f"test_{pathlib.PurePath(path).name}"))
        not in test_files
        and "lth_keras." + path.removesuffix(".py").replace("/", ".") not in imports
        and not any(fnmatch.fnmatch(path, pattern) for pattern in through)
    ]


def test_each_module_is_tested():
    modules = [
        path.relative_to(PACKAGE).as_posix() for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "__init__.py"]
    sources = {
        path.relative_to(TESTS).as_posix(): path.read_text("utf-8")
        for path in TESTS.rglob("*.py")}
    imports = set().union(*map(imported, sources.values()))
    assert untested(modules, sources, imports, TESTED_THROUGH) == []
    assert [file for file in TESTED_THROUGH.values() if file not in sources] == []
    assert [pattern for pattern in TESTED_THROUGH if not fnmatch.filter(modules, pattern)] == []


def test_it_can_fail():
    modules = ["store/files.py", "store/lock.py", "store/names.py", "store/rows.py"]
    imports = imported("from lth_keras.store import lock\nimport lth_keras.other")
    through = {"*/rows.py": "store/test_files.py"}
    assert untested(modules, {"store/test_files.py": ""}, imports, through) == ["store/names.py"]
