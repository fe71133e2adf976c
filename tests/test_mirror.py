"""Each module has a test file of its name, or an entry here that says where it is tested."""

import pathlib

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "lth_keras"

# Modules without a file of their own: module → the test file that asserts what it does. Most
# act in a training, an export or a command; one more of these for each would be expensive.
TESTED_THROUGH = {
    # The command runs on a small run, with every measure.
    "analysis/measures/landscape.py": "commands/test_analyze_command.py",
    "analysis/measures/level_distances.py": "commands/test_analyze_command.py",
    "analysis/measures/loss_curves.py": "commands/test_analyze_command.py",
    "analysis/measures/mask_distances.py": "training/test_mask_watch.py",
    "analysis/measures/mask_overlap.py": "commands/test_analyze_command.py",
    "analysis/measures/solution_losses.py": "commands/test_analyze_command.py",
    "analysis/measures/untrained_masks.py": "commands/test_analyze_command.py",
    "analysis/requested_measures.py": "commands/test_analyze_command.py",
    "analysis/stored_pieces.py": "commands/test_analyze_command.py",
    # Eigenpairs are computed by all three together.
    "analysis/completeness.py": "analysis/test_eigenpairs.py",
    "analysis/deflation.py": "analysis/test_eigenpairs.py",
    # Workers are processes of Ray.
    "cluster/ray_environment.py": "cluster/test_silent_workers.py",
    "cluster/worker.py": "cluster/test_side_by_side.py",
    "cluster/required_ray.py": "cluster/test_side_by_side.py",
    # Commands are called as a user calls them.
    "commands/completion_command.py": "commands/test_packaged_gin_files.py",
    "commands/configuration.py": "commands/test_bad_input.py",
    "commands/doctor_command.py": "doctor/test_doctor.py",
    "commands/early_checks.py": "commands/test_bad_input.py",
    "commands/experiments_command.py": "commands/test_packaged_gin_files.py",
    "commands/export_command.py": "export/test_network_export.py",
    "commands/find_run.py": "commands/test_bad_input.py",
    "commands/gin_files.py": "commands/test_packaged_gin_files.py",
    "commands/list_command.py": "commands/test_every_command.py",
    "commands/main.py": "commands/test_every_command.py",
    "commands/train_command.py": "commands/test_every_command.py",
    "commands/train_runs.py": "cluster/test_side_by_side.py",
    "commands/verify_command.py": "experiment/test_durability.py",
    "data/sources/tfds_download.py": "data/sources/test_tfds_set.py",
    "doctor/data_sets.py": "doctor/test_doctor.py",
    "doctor/devices.py": "doctor/test_doctor.py",
    "doctor/installation.py": "doctor/test_doctor.py",
    "doctor/machine.py": "doctor/test_doctor.py",
    "experiment/architectures.py": "experiment/test_variant.py",
    "experiment/bindings.py": "experiment/test_identity.py",
    "experiment/bound_files.py": "experiment/test_initial_weights.py",
    "experiment/context.py": "experiment/test_execute.py",
    "experiment/described.py": "experiment/test_identity.py",
    "experiment/early_bird.py": "training/test_mask_watch.py",
    "experiment/job_context.py": "experiment/test_execute.py",
    "experiment/job_results.py": "experiment/test_execute.py",
    "experiment/jobs.py": "experiment/test_execute.py",
    "experiment/mask_rules.py": "experiment/test_variant.py",
    "experiment/prepare.py": "experiment/test_execute.py",
    "experiment/provenance.py": "experiment/test_durability.py",
    "experiment/pruner.py": "experiment/test_imp.py",
    "experiment/run_json.py": "experiment/test_execute.py",
    "experiment/run_recorder.py": "experiment/test_durability.py",
    "experiment/settings.py": "experiment/test_checking.py",
    "experiment/train_job.py": "experiment/test_divergence.py",
    "experiment/update_checks.py": "experiment/test_checking.py",
    "experiment/watched_gradients.py": "tensorboard/test_tensorboard_sink.py",
    "experiment/weight_rules.py": "experiment/test_variant.py",
    # Each export is checked by its own verify.py, in a process that does not import lth_keras.
    "export/bare_ticket.py": "export/test_ticket.py",
    "export/constant_units.py": "export/test_compaction.py",
    "export/formats.py": "export/test_network_export.py",
    "export/fresh_processes.py": "export/test_network_export.py",
    "export/model_card.py": "export/test_network_export.py",
    "export/safe_config.py": "export/test_network_export.py",
    "export/served_network.py": "export/test_network_export.py",
    "export/stored_network.py": "export/test_network_export.py",
    "export/time_exports.py": "export/test_latency_lines.py",
    "export/verify_export.py": "export/test_network_export.py",
    "export/write_export.py": "export/test_network_export.py",
    "figures/densities.py": "report/test_write_report.py",
    "figures/latencies.py": "report/test_latency_points.py",
    "figures/mask_maps.py": "report/test_write_report.py",
    "figures/mean_line.py": "figures/test_bands.py",
    "figures/weight_histograms.py": "report/test_write_report.py",
    "learned_masks/score_engine.py": "learned_masks/test_score_trainer.py",
    "models/model_interface.py": "models/test_building.py",
    "models/seen_layers.py": "models/test_building.py",
    "paths.py": "test_opening.py",
    "pruning/kernel_positions.py": "export/test_costs.py",
    "pruning/kernel_table.py": "pruning/test_kernels.py",
    "pruning/layer_names.py": "pruning/test_kernels.py",
    "pruning/masked_layer.py": "pruning/test_wrapping.py",
    "report/figure_data.py": "report/test_write_report.py",
    "report/group_table.py": "report/test_write_report.py",
    "report/html_page.py": "report/test_write_report.py",
    "report/report_figures.py": "report/test_write_report.py",
    "report/setting.py": "report/test_interactive_curves.py",
    "rewinding/point.py": "training/test_trainer.py",
    "seeds.py": "test_durations.py",
    "signals.py": "experiment/test_processes.py",
    # Files of a small run are damaged one by one, found by `verify`, and made again.
    "store/export_cards.py": "export/test_network_export.py",
    "store/network_checks.py": "experiment/test_durability.py",
    "store/schemas/export_card.py": "export/test_network_export.py",
    "store/verification.py": "experiment/test_durability.py",
    "tickets.py": "test_api.py",
    "training/checkpoint.py": "experiment/test_durability.py",
    "training/compact_trainer.py": "experiment/test_compact_training.py",
    "training/gradient_norm.py": "tensorboard/test_tensorboard_sink.py",
    "training/moments.py": "training/test_mask_changes.py",
    "training/placing.py": "training/test_disk_feed.py",
    # They are tested in a process of its own with two devices.
    "training/replicated.py": "training/test_replicas.py",
    "training/strategies.py": "training/test_replicas.py",
    "variables.py": "pruning/test_wrapping.py",
}

# Modules that only define: imports, errors, base classes, and classes that hold values.
DEFINE_ONLY = {
    "analysis/measure.py", "compat.py", "criteria/criterion.py", "criteria/criterion_inputs.py",
    "data/data_source.py", "doctor/check.py", "errors.py",
    "layer_densities/base_layer_densities.py", "mask_updates/update_inputs.py", "sink.py",
    "store/findings.py", "training/train_state.py",
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
