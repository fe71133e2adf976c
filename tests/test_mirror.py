"""Each module has tests: a file with its name, a test that imports it, or the file named here."""

import ast
import fnmatch
import pathlib

TESTS = pathlib.Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "lth_keras"

# Modules that no test imports: pattern → the test file that uses them. Most are tested through the
# function that users call, because a second training only for them would be expensive.
TESTED_THROUGH = {
    # It is run as a program.
    "__main__.py": "test_program.py",
    # The command is run on a small run, with every measure.
    "analysis/measure.py": "commands/test_analyze_command.py",
    "analysis/measures/*.py": "commands/test_analyze_command.py",
    "analysis/requested_measures.py": "commands/test_analyze_command.py",
    "analysis/stored_pieces.py": "commands/test_analyze_command.py",
    "cluster/worker.py": "cluster/test_side_by_side.py",
    # Groups are found by the whole room; networks are narrowed by compaction.
    "channels/*_rules.py": "channels/test_channel_groups.py",
    "channels/channel_*.py": "channels/test_channel_groups.py",
    "channels/narrowing.py": "export/test_compaction.py",
    # Commands are called as a user calls them.
    "commands/early_checks.py": "commands/test_bad_input.py",
    "commands/experiments_command.py": "commands/test_packaged_gin_files.py",
    "commands/find_run.py": "commands/test_bad_input.py",
    "commands/list_command.py": "commands/test_every_command.py",
    "commands/zsh_completion.py": "commands/test_completion.py",
    "commands/train_command.py": "commands/test_every_command.py",
    "commands/doctor_command.py": "doctor/test_doctor.py",
    "commands/export_command.py": "export/test_network_export.py",
    "commands/verify_command.py": "experiment/test_durability.py",
    # One table has a row, worked out by hand, for each criterion.
    "criteria/*.py": "criteria/test_criteria_by_hand.py",
    "data/arrays.py": "data/test_loaded_data.py",
    "data/assemble.py": "data/test_loaded_data.py",
    "data/binding_checks.py": "data/test_dataset.py",
    "data/data_source.py": "test_extending_page.py",
    # Each form of data is written, opened and compared.
    "data/sources/*.py": "data/test_own_sources.py",
    "data/sources/tfds_set.py": "data/test_tfds_features.py",
    "experiment/architectures.py": "experiment/test_variant.py",
    "experiment/bindings.py": "experiment/test_identity.py",
    "experiment/early_bird.py": "training/test_mask_watch.py",
    "experiment/described.py": "experiment/test_identity.py",
    "experiment/job*.py": "experiment/test_execute.py",
    "experiment/mask_rules.py": "experiment/test_variant.py",
    "experiment/run_*.py": "experiment/test_durability.py",
    "experiment/settings.py": "experiment/test_checking.py",
    "experiment/watched_gradients.py": "tensorboard/test_tensorboard_sink.py",
    # Each export is checked by its own verify.py, in a process that does not import lth_keras.
    "export/*.py": "export/test_network_export.py",
    # A report draws every figure.
    "figures/mask_maps.py": "report/test_write_report.py",
    "figures/mean_line.py": "figures/test_bands.py",
    "figures/weight_histograms.py": "report/test_write_report.py",
    # Tests import the classes from the room; properties hold of all of them.
    "granularity/*.py": "granularity/test_grouped_weights.py",
    "initializers/*.py": "initializers/test_initializers.py",
    # Rebuilding a model uses the whole room.
    "keras3/*.py": "keras3/test_rebuilt.py",
    "learned_masks/score_engine.py": "learned_masks/test_score_trainer.py",
    "layer_densities/*.py": "layer_densities/test_layer_densities.py",
    "mask_updates/*.py": "mask_updates/test_update_rules.py",
    # One test builds every network and counts its weights.
    "models/*.py": "models/test_networks.py",
    "pruning/kernel_positions.py": "export/test_costs.py",
    "pruning/kernel_table.py": "pruning/test_kernels.py",
    "pruning/layer_names.py": "pruning/test_kernels.py",
    "pruning/masked_layer.py": "pruning/test_wrapping.py",
    "report/figure_data.py": "report/test_write_report.py",
    "report/group_table.py": "report/test_write_report.py",
    "report/interactive_*.py": "report/test_interactive_curves.py",
    "report/html_page.py": "report/test_write_report.py",
    "rewinding/point.py": "training/test_trainer.py",
    "signals.py": "experiment/test_processes.py",
    "sink.py": "test_extending_page.py",
    # Files are damaged one by one, found by `verify`, and made again.
    "store/beside_networks.py": "experiment/test_durability.py",
    "store/chain.py": "experiment/test_durability.py",
    "store/findings.py": "experiment/test_durability.py",
    "store/network_checks.py": "experiment/test_durability.py",
    "store/vouched.py": "store/test_network_reader.py",
    "store/model_arrays.py": "store/test_network_reader.py",
    "store/fingerprints.py": "experiment/test_identity.py",
    "store/report_seal.py": "hostile/test_seals.py",
    "store/export_cards.py": "export/test_network_export.py",
    "store/schemas/*.py": "store/test_schemas.py",
    "tasks/*.py": "tasks/test_losses_and_metrics.py",
    "tickets.py": "test_api.py",
    "training/compact_trainer.py": "experiment/test_compact_training.py",
    "training/checkpoint.py": "experiment/test_durability.py",
    "training/train_state.py": "training/test_trainer.py",
    "training/gradient_norm.py": "tensorboard/test_tensorboard_sink.py",
    "training/moments.py": "training/test_mask_changes.py",
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
    """The modules without a test file of their name, a test that imports them, or an entry."""
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
