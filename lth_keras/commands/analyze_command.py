"""`python run.py analyze RUN`: geometry of the networks of a stored run."""

import dataclasses

import gin
from rich.console import Console

from lth_keras import files
from lth_keras.analysis import Analysis, AnalyzedRun, run_measure
from lth_keras.commands import configuration, stored_config
from lth_keras.commands.find_run import find_run
from lth_keras.compat import tf
from lth_keras.console.progress import ProgressDisplay
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import execute, fallback, identity, prepare
from lth_keras.experiment.context import Context
from lth_keras.figures.charts import trials_text
from lth_keras.paths import RunPaths
from lth_keras.plain_text import plain
from lth_keras.program import program
from lth_keras.store import network_folder, run_lock
from lth_keras.training.xla import resolve_jit


def main(flags, arguments):
    """Runs the measures and prints where the results are. Returns the exit status."""
    if len(arguments) != 1:
        raise ConfigurationError(
            f"analyze takes one run, {len(arguments)} were given; expected {program()} analyze RUN,"
            " with '=' in each flag"
        )
    console = Console(markup=False)
    # Second derivatives are differences of large numbers; TensorFloat-32 has only three digits.
    tf.config.experimental.enable_tensor_float_32_execution(False)
    root = find_run(arguments[0], flags.output_dir).root
    run, measures = opened(root, flags.gin_file, flags.gin_param, flags.only, flags.data_dir,
                           console, flags.trust)

    def say(line):
        console.print(plain(line), highlight=False, soft_wrap=True)

    say(f"run   {root}")
    say(f"data  {run.data.name}; {trials_text(len(run.trials))} with finished networks")
    for trial in run.trials:
        if run.diverged(trial):
            say(f"trial {trial}: patterns and levels leave out what diverged: "
                f"{', '.join(run.diverged(trial))}")
    for measure in measures:
        measure.check(run)
    with run_lock.hold(run.paths.analysis):
        for measure in measures:
            folder = run_measure(measure, run, say)
            say(_in_words(files.read_text(folder / "summary.md")))
            say(f"{'figures, tables, summary':<40} {folder}")
    return 0


def _in_words(summary):
    """A measure's summary for the terminal: no pictures; a column `ours` that no `theirs` stands
    beside is called `network`, while the files keep its name."""
    text = summary.split("\n![", 1)[0].rstrip()
    lines = text.split("\n")
    for place, line in enumerate(lines):
        cells = line.split(" | ")
        if line.startswith("| ours |") and not {"theirs", "network"} & set(cells):
            lines[place] = line.replace("| ours |", "| network |", 1)
            break
    return "\n".join(lines)


def opened(root, gin_files=(), gin_params=(), only=(), data_dir=None, console=None,
           trust=False):
    """The `AnalyzedRun` in `root`, rebuilt from its own configuration, and the measures asked for.

    Raises:
      ConfigurationError: the gin files are wrong, or the data or the network are not the run's.
    """
    paths = RunPaths(root)
    header = network_folder.header(paths)
    stored_config.check_config(paths, header)
    experiment = configuration.read(
        list(gin_files), list(gin_params), stored=str(paths.config), trust=trust)
    experiment = dataclasses.replace(experiment, name=header["experiment"])
    if not trust:
        experiment = _without_theirs(experiment, paths, gin_files, gin_params)
    try:
        measures = Analysis().only(list(only))
    except (TypeError, ValueError) as error:
        # The first line of gin's message says what is wrong; the rest lists what would be right.
        raise ConfigurationError(f"the analysis is wrong: {str(error).splitlines()[0]}") from error
    data = stored_config.load_data(experiment.dataset, experiment.task, header, root, data_dir)
    experiment, _ = fallback.for_data(experiment, data)
    context = Context(experiment, data, paths)
    theta_0 = files.sha256_of_arrays(context.initial_weights(1))
    stored_config.check_configuration(
        identity.resolved(experiment, context.plain, theta_0), header, root)

    def at_rewind(candidate):
        if context.steps(candidate) == context.rewind_step and header["state"] == "done":
            return run
        return _sibling(paths, header, candidate, data, console or Console(markup=False), trust)

    run = AnalyzedRun(context, resolve_jit(experiment.jit, context.build()), at_rewind)
    return run, measures


def _without_theirs(experiment, paths, gin_files=(), gin_params=()):
    """The experiment without the cache folder of a stored run, and with no program of it."""
    stored_config.check_no_program(experiment, paths, gin_files, gin_params)
    return dataclasses.replace(experiment, dataset=stored_config.with_own_cache(
        experiment.dataset, gin_files, gin_params))


def _sibling(paths, header, candidate, data, console, trust):
    """The run of the same experiment with another rewind point; trained if it is not stored."""
    # The measures exist already; their bindings must not get into the other run's config.gin.
    gin.clear_config()
    experiment = configuration.read(
        [], [f"RewindingSchedule.rewind_to = {candidate!r}"], stored=str(paths.config),
        trust=trust)
    if str(experiment.imp.schedule.rewind_to) != candidate:
        raise ConfigurationError(
            f"RewindingSchedule.rewind_to cannot be set to {candidate!r} in {paths.config}: it is "
            "bound in a scope; bind it without one"
        )
    if not trust:
        # The user's own bindings are not read again: what is bound here is the stored run's.
        experiment = _without_theirs(experiment, paths)
    experiment = dataclasses.replace(
        experiment, name=f"{header['experiment']}_rewind_{candidate}")
    prepared = prepare(experiment, paths.root.parent, data=data)
    with ProgressDisplay(prepared.total_steps, prepared.run, console) as progress:
        execute(prepared, progress)
    return AnalyzedRun(prepared.context, resolve_jit(experiment.jit, prepared.context.build()))
