"""`python run.py --gin_file=F`: runs an experiment, or goes on with it where it stopped."""

import pathlib

from rich.console import Console

from lth_keras.commands import configuration
from lth_keras.data import fallback_warning
from lth_keras.experiment import execute, prepare, total_steps
from lth_keras.records import Progress, compare, rounds_table, summary_table


def main(flags, arguments):
    """Trains what is not trained yet and prints the tables. Returns the exit status."""
    del arguments
    console = Console()
    experiment = configuration.read(flags.gin_file, flags.gin_param)
    prepared = prepare(experiment, flags.output_dir, flags.data_dir)
    data, paths = prepared.data, prepared.context.paths
    if data.is_fallback:
        Console(stderr=True, soft_wrap=True).print(
            fallback_warning(data), style="bold red", markup=False, highlight=False)
    console.print(f"run   {paths.root}", highlight=False, soft_wrap=True)
    sizes = ", ".join(f"{data.size(split):,} {split}" for split in data.splits)
    console.print(f"data  {data.name}: {sizes}", highlight=False, soft_wrap=True)
    with Progress(total_steps(prepared), prepared.run, console) as progress:
        summary = execute(prepared, progress)
    _print_results(console, prepared, summary)
    return 0


def _print_results(console, prepared, summary):
    data, experiment, paths = prepared.data, prepared.experiment, prepared.context.paths
    name = data.name
    if data.is_fallback:
        name = f"{data.name} (FALLBACK, NOT {data.requested})"
    title = f"{experiment.name} on {name}, {_trials(experiment.trials)}"
    console.print(rounds_table(summary, f"IMP rounds of {title}"))
    verdicts = () if data.is_fallback else compare(summary, experiment.published)
    console.print(summary_table(summary, title, verdicts))
    if data.is_fallback and experiment.published:
        console.print(
            f"Published figures are not shown: they are for {data.requested}, and this is "
            f"{data.name}.", highlight=False)
    for file, what in (
        (paths.summary, "a row per variant and round"),
        (paths.metrics, "every evaluation"),
        (paths.run_json, "data, versions, seeds, configuration"),
        (pathlib.Path(paths.trial(1)), "masks and weights, a folder per network"),
    ):
        console.print(f"{what:<40} {file}", highlight=False, soft_wrap=True)


def _trials(count):
    return "1 trial" if count == 1 else f"{count} trials"
