"""`python run.py --gin_file=F`: runs an experiment, or goes on with it where it stopped."""

import hashlib
import pathlib

from rich.console import Console

from lth_keras.cluster.resources import Resources
from lth_keras.cluster.sweep import Sweep
from lth_keras.commands import configuration
from lth_keras.commands.train_runs import TrainOptions, plan_runs, train_runs
from lth_keras.console.progress import ProgressDisplay
from lth_keras.console.summary_tables import against_full_table, rounds_table, summary_table
from lth_keras.data import fallback_warning
from lth_keras.experiment.fallback import as_text
from lth_keras.paths import safe_name
from lth_keras.report import is_current, write_comparison, write_report
from lth_keras.report.verdict import headline_of
from lth_keras.signals import Stopper
from lth_keras.statistics.training_length import within_training
from lth_keras.store.metrics import read_csv


def main(flags, arguments):
    """Trains what is not trained yet and prints the tables. Returns the exit status."""
    del arguments  # `early_checks` has refused them.
    options = _train_options(flags)
    console = Console(markup=False)
    configuration.read(options.gin_files, options.gin_params)
    resources, points = Resources(), Sweep().points()
    with Stopper().listening() as stopper:
        runs = plan_runs(options, points, stopper)
        prepared = [run.prepared for run in runs]
        for each in prepared:
            _print_header(console, each)
        title = prepared[0].run if len(runs) == 1 else f"sweep of {len(runs)} runs"
        steps = sum(each.total_steps for each in prepared)
        with ProgressDisplay(steps, title, console) as progress:
            summaries = train_runs(options, runs, resources, progress)
    if not prepared[0].context.replicas.is_chief:
        return 0  # The chief has written the report.
    for each in prepared:
        if not is_current(each.context.paths.root):
            write_report(each.context.paths.root)
    if len(runs) == 1:
        _print_results(console, prepared[0], summaries[0])
    else:
        _compare(console, options, prepared)
    return 0


def _train_options(flags):
    workers = flags.workers
    if workers is None and not flags.ray_address:
        workers = 1
    return TrainOptions(
        tuple(flags.gin_file), tuple(flags.gin_param), flags.output_dir, flags.data_dir,
        60 * flags.checkpoint_minutes, workers, flags.ray_address or None,
        flags.accept_other_versions, flags.cluster_hosts, flags.cluster_index)


def _compare(console, options, prepared):
    """Writes the comparison of a sweep's runs, and prints its path."""
    roots = [each.context.paths.root for each in prepared]
    names = " ".join(each.run for each in prepared)
    stem = safe_name(pathlib.Path(options.gin_files[0]).stem)
    folder = f"{stem}-comparison-{hashlib.sha256(names.encode()).hexdigest()[:8]}"
    page = write_comparison(roots, pathlib.Path(options.output_dir) / folder)
    for root in roots:
        console.print(f"{'a run, with its own report.html':<40} {root}", highlight=False,
                      soft_wrap=True)
    console.print(f"{'the runs beside each other':<40} {page}", highlight=False, soft_wrap=True)


def _print_header(console, prepared):
    data = prepared.data
    if data.is_fallback:
        warning = fallback_warning(data, as_text(prepared.fallback_changes))
        Console(stderr=True, soft_wrap=True).print(
            warning, style="bold red", markup=False, highlight=False)
    sizes = ", ".join(f"{data.size(split):,} {split}" for split in data.splits)
    for line in (f"run   {prepared.context.paths.root}", f"data  {data.name}: {sizes}"):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_results(console, prepared, summary):
    data, experiment, paths = prepared.data, prepared.experiment, prepared.context.paths
    name = data.name
    if data.is_fallback:
        name = f"{data.name} (FALLBACK, NOT {data.requested})"
    title = f"{experiment.name} on {name}, {_trials(experiment.trials)}"
    metric = prepared.context.metric
    summary = within_training(summary, read_csv(paths.metrics))
    console.print(rounds_table(summary, f"IMP rounds of {title}", metric))
    published = () if data.is_fallback else experiment.published
    console.print(summary_table(summary, title, published, metric, console.width))
    against_full = against_full_table(
        summary, f"Against the full network, {title}", metric, console.width)
    if against_full is not None:
        console.print(against_full)
    if data.is_fallback and experiment.published:
        console.print(
            f"Published figures are not shown: they are for {data.requested}, and this is "
            f"{data.name}.", highlight=False)
    verdict = headline_of(summary)
    if verdict:
        console.print(f"\n{verdict}\n", highlight=False)
    for file, what in (
        (paths.report, "the answer, tables and figures, in a browser"),
        (paths.summary, "a row per variant and round"),
        (paths.metrics, "every evaluation"),
        (paths.tensorboard, "means over trials, tensorboard --logdir="),
        (paths.run_json, "data, versions, seeds, configuration"),
        (pathlib.Path(paths.trial(1)), "masks and weights, a folder per network"),
    ):
        console.print(f"{what:<40} {file}", highlight=False, soft_wrap=True)


def _trials(count):
    return "1 trial" if count == 1 else f"{count} trials"
