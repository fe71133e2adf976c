"""`python run.py --gin_file=F`: runs an experiment, or goes on with it where it stopped."""

import pathlib

from absl import flags as absl_flags
from rich.console import Console

from lth_keras.commands import configuration
from lth_keras.data import fallback_warning
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import GradientNorms, Stopper, execute, prepare, total_steps
from lth_keras.records import (
    Progress,
    against_full_table,
    rounds_table,
    summary_table,
)
from lth_keras.records.report import is_current, write_report
from lth_keras.records.tensorboard import TensorBoard

USAGE = """usage: python run.py --gin_file=F [--gin_param=B]… [--output_dir=runs] [--data_dir=D]
  Runs the experiment, or goes on with it where it stopped.
  --gin_file=F      the experiment; given again, a file whose bindings win
  --gin_param=B     a binding that wins over the files: --gin_param='Experiment.trials = 1'
  --output_dir=DIR  where runs live; the default is runs
  --data_dir=DIR    where TFDS data sets are prepared
  --checkpoint_minutes=M     least time between checkpoints within a network; the default is 5
  --accept_other_versions    go on with a run that was begun with other versions of the software
"""


def define_flags(values):
    """The flags of training."""
    absl_flags.DEFINE_multi_string("gin_file", [], "an experiment", flag_values=values)
    absl_flags.DEFINE_multi_string("gin_param", [], "a binding", flag_values=values)
    absl_flags.DEFINE_string("data_dir", None, "where TFDS data are", flag_values=values)
    absl_flags.DEFINE_float("checkpoint_minutes", 5, "between checkpoints", flag_values=values)
    absl_flags.DEFINE_bool("accept_other_versions", False, "go on all the same", flag_values=values)


def main(flags, arguments):
    """Trains what is not trained yet and prints the tables. Returns the exit status."""
    if arguments:
        raise ConfigurationError(
            f"{arguments[0]!r} was not expected; give --gin_file=F, and each flag with '='"
        )
    if flags.checkpoint_minutes < 0:
        raise ConfigurationError(
            f"--checkpoint_minutes={flags.checkpoint_minutes} is negative; expected 0 or more"
        )
    console = Console()
    experiment = configuration.read(flags.gin_file, flags.gin_param)
    with Stopper().listening() as stopper:
        prepared = prepare(experiment, flags.output_dir, flags.data_dir,
                           60 * flags.checkpoint_minutes, stopper)
        _print_header(console, prepared)
        with Progress(total_steps(prepared), prepared.run, console) as progress:
            sinks = [TensorBoard(prepared.context.paths, GradientNorms(prepared.context))]
            summary = execute(
                prepared, progress, sinks, accept_other_versions=flags.accept_other_versions)
    if not is_current(prepared.context.paths.root):
        write_report(prepared.context.paths.root)
    _print_results(console, prepared, summary)
    return 0


def _print_header(console, prepared):
    data = prepared.data
    if data.is_fallback:
        Console(stderr=True, soft_wrap=True).print(
            fallback_warning(data), style="bold red", markup=False, highlight=False)
    sizes = ", ".join(f"{data.size(split):,} {split}" for split in data.splits)
    for line in (f"run   {prepared.context.paths.root}", f"data  {data.name}: {sizes}"):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_results(console, prepared, summary):
    data, experiment, paths = prepared.data, prepared.experiment, prepared.context.paths
    name = data.name
    if data.is_fallback:
        name = f"{data.name} (FALLBACK, NOT {data.requested})"
    title = f"{experiment.name} on {name}, {_trials(experiment.trials)}"
    console.print(rounds_table(summary, f"IMP rounds of {title}"))
    published = () if data.is_fallback else experiment.published
    console.print(summary_table(summary, title, published))
    against_full = against_full_table(summary, f"Against the full network, {title}")
    if against_full is not None:
        console.print(against_full)
    if data.is_fallback and experiment.published:
        console.print(
            f"Published figures are not shown: they are for {data.requested}, and this is "
            f"{data.name}.", highlight=False)
    for file, what in (
        (paths.report, "the answer, tables and figures, in a browser"),
        (paths.summary, "a row per variant and round"),
        (paths.metrics, "every evaluation"),
        (paths.tensorboard, "for tensorboard --logdir="),
        (paths.run_json, "data, versions, seeds, configuration"),
        (pathlib.Path(paths.trial(1)), "masks and weights, a folder per network"),
    ):
        console.print(f"{what:<40} {file}", highlight=False, soft_wrap=True)


def _trials(count):
    return "1 trial" if count == 1 else f"{count} trials"
