"""Each module has a test file of its name, or an entry here that says where it is tested."""

import pathlib

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "lth_keras"

# Modules without a file of their own: module → the test file that asserts what it does. Most
# act in a training, an export or a command; one more of these for each would be expensive.
TESTED_THROUGH = {
    # It is run as a program.
    "__main__.py": "test_program.py",
    # The command runs on a small run, with every measure.
    "analysis/measures/loss_curves.py": "commands/test_analyze_command.py",
    "analysis/measures/mask_distances.py": "experiment/test_early_bird.py",
    # A worker is a process of Ray.
    "cluster/worker.py": "cluster/test_side_by_side.py",
    "cluster/required_ray.py": "cluster/test_side_by_side.py",
    # Commands are called as a user calls them.
    "commands/early_checks.py": "commands/test_bad_input.py",
    "commands/main.py": "commands/test_every_command.py",
    "commands/train_command.py": "commands/test_every_command.py",
    "commands/train_runs.py": "cluster/test_side_by_side.py",
    "data/sources/tfds_download.py": "data/sources/test_tfds_set.py",
    "experiment/context.py": "experiment/test_execute.py",
    "experiment/job_context.py": "experiment/test_execute.py",
    "experiment/job_results.py": "experiment/test_execute.py",
    "experiment/prepare.py": "experiment/test_execute.py",
    "experiment/run_json.py": "experiment/test_execute.py",
    "experiment/run_recorder.py": "experiment/test_durability.py",
    "experiment/train_job.py": "experiment/test_divergence.py",
    # Each export is checked by its own verify.py, in a process that does not import lth_keras.
    "export/bare_ticket.py": "export/test_ticket.py",
    "export/formats.py": "export/test_network_export.py",
    "export/fresh_processes.py": "export/test_network_export.py",
    "export/model_card.py": "export/test_network_export.py",
    "export/safe_operations.py": "export/test_safe_config.py",
    "export/served_network.py": "export/test_network_export.py",
    "export/stored_network.py": "export/test_network_export.py",
    "export/time_exports.py": "export/test_latency_lines.py",
    "export/verify_export.py": "export/test_network_export.py",
    "export/write_export.py": "export/test_network_export.py",
    "learned_masks/score_engine.py": "learned_masks/test_score_trainer.py",
    "report/report_figures.py": "report/test_write_report.py",
    # Files of a small run are damaged one by one, found by `verify`, and made again.
    "store/network_checks.py": "experiment/test_durability.py",
    "store/schemas/export_card.py": "export/test_network_export.py",
    "store/verification.py": "experiment/test_durability.py",
    # They are tested in a process of its own with two devices.
    "training/replicated_engine.py": "training/test_replicas.py",
    "training/strategies.py": "training/test_replicas.py",
}

# Modules without behaviour of their own: they import libraries, or define base classes and
# dataclasses.
DEFINE_ONLY = {
    "compat.py", "criteria/criterion.py", "criteria/criterion_inputs.py", "data/data_source.py",
    "doctor/check.py", "mask_updates/update_inputs.py", "sink.py", "store/findings.py",
    "training/train_state.py",
}


def mirrored(module):
    """The test file of a module's own: 'store/test_metrics.py' of 'store/metrics.py'."""
    path = pathlib.PurePosixPath(module)
    return str(path.with_name(f"test_{path.name}"))


def modules():
    """All modules, relative to the package."""
    return [path.relative_to(PACKAGE).as_posix() for path in sorted(PACKAGE.rglob("*.py"))
            if path.name != "__init__.py"]


@pytest.fixture(scope="module")
def test_files():
    return {path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")}


def unmirrored(modules, test_files):
    """The modules that no test file is named after."""
    return {module for module in modules if mirrored(module) not in test_files}


def test_each_module_has_a_test_file_or_an_entry(test_files):
    assert unmirrored(modules(), test_files) == TESTED_THROUGH.keys() | DEFINE_ONLY
    assert not TESTED_THROUGH.keys() & DEFINE_ONLY


def test_each_entry_names_a_test_file(test_files):
    assert set(TESTED_THROUGH.values()) <= test_files


def test_it_can_fail():
    files = {"store/test_lock.py", "test_rows.py"}
    assert unmirrored(["store/lock.py", "store/rows.py"], files) == {"store/rows.py"}
