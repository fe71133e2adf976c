"""`python run.py analyze RUN`: geometry of the networks of a stored run."""

import dataclasses
import json
import pathlib

import gin
from rich.console import Console

from lth_keras import files
from lth_keras.analysis import Analysis, AnalyzedRun, run_measure
from lth_keras.commands import configuration
from lth_keras.commands.find_run import find_run
from lth_keras.compat import tf
from lth_keras.console.progress import ProgressDisplay
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import execute, identity, prepare
from lth_keras.experiment.context import Context
from lth_keras.paths import RunPaths
from lth_keras.plain_text import plain
from lth_keras.store import network_folder, run_lock
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.training.xla import resolve_jit

# Entries that a run's configuration leaves out if they have their defaults.
_LEFT_OUT = {"precision": "float32"}
_SHOWN = 80  # Characters of a value in an error.


def main(flags, arguments):
    """Runs the measures and prints where the results are. Returns the exit status."""
    if len(arguments) != 1:
        raise ConfigurationError(
            f"analyze takes one run, {len(arguments)} were given; expected python run.py analyze "
            "RUN, with '=' in each flag"
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
    say(f"data  {run.data.name}; {len(run.trials)} trials with finished networks")
    for measure in measures:
        measure.check(run)
    with run_lock.hold(run.paths.analysis):
        for measure in measures:
            folder = run_measure(measure, run, say)
            say(files.read_text(folder / "summary.md").split("\n![", 1)[0].rstrip())
            say(f"{'figures, tables, summary':<40} {folder}")
    return 0


def opened(root, gin_files=(), gin_params=(), only=(), data_dir=None, console=None,
           trust=False):
    """The `AnalyzedRun` in `root`, rebuilt from its own configuration, and the measures asked for.

    Raises:
      ConfigurationError: the gin files are wrong, or the data or the network are not the run's.
    """
    paths = RunPaths(root)
    header = network_folder.header(paths)
    _check_config(paths, header)
    experiment = configuration.read(
        list(gin_files), list(gin_params), stored=str(paths.config), trust=trust)
    experiment = dataclasses.replace(experiment, name=header["experiment"])
    if not (trust or gin_files or gin_params):
        experiment = _as_data(experiment, paths)
    try:
        measures = Analysis().only(list(only))
    except (TypeError, ValueError) as error:
        # The first line of gin's message says what is wrong; the rest lists what would be right.
        raise ConfigurationError(f"the analysis is wrong: {str(error).splitlines()[0]}") from error
    data = experiment.dataset.load(data_dir, experiment.task)
    check_data(data, header, root)
    context = Context(experiment, data, paths)
    theta_0 = files.sha256_of_arrays(context.initial_weights(1))
    check_configuration(identity.resolved(experiment, context.plain, theta_0), header, root)

    def at_rewind(candidate):
        if context.steps(candidate) == context.rewind_step and header["state"] == "done":
            return run
        return _sibling(paths, header, candidate, data_dir, console or Console(markup=False), trust)

    run = AnalyzedRun(context, resolve_jit(experiment.jit, context.build()), at_rewind)
    return run, measures


def _as_data(experiment, paths):
    """The experiment of a stored configuration, which may have nothing run or written elsewhere.

    Raises:
      ConfigurationError: it starts from a SavedModel, which is a program.
    """
    source = experiment.initial_weights
    if source is not None and (pathlib.Path(source).expanduser() / "saved_model.pb").exists():
        raise ConfigurationError(
            f"{paths.config} names {source!r} as Experiment.initial_weights, a SavedModel, which "
            "is a program: give --trust to have it loaded, if you know where it comes from"
        )
    if getattr(experiment.dataset, "cache_dir", None) is None:
        return experiment
    # Where decoded examples are kept changes no number: the reader's own place is taken.
    return dataclasses.replace(
        experiment, dataset=dataclasses.replace(experiment.dataset, cache_dir=None))


def _check_config(paths, header):
    """Checks that config.gin is the one that the run was begun with.

    Raises:
      RunError: it was changed, or is missing.
    """
    known = header.get("tables", {}).get(paths.config.name)
    if known is not None and not is_unchanged(paths.config, known):
        raise RunError(
            f"{paths.config} is missing or not what run.json says it is (SHA-256); "
            "`run.py verify RUN --repair` sets it aside, and the run's own command writes it again"
        )


def check_data(data, header, root):
    """Raises ConfigurationError unless the data are those that the run was trained on."""
    known = header["data"]
    if data.fingerprint != known["fingerprint"]:
        raise ConfigurationError(
            f"the data are not those of {root}: {data.name} with fingerprint "
            f"{data.fingerprint[:12]}, the run's is {known['name']} with "
            f"{known['fingerprint'][:12]}; give the --data_dir that it was trained with"
        )


def check_configuration(now, header, root):
    """Raises ConfigurationError if a setting that decides numbers has changed since the run.

    The optimizer and the variants count too, because a measure may train networks again.
    """
    place = _difference(
        _LEFT_OUT | header["configuration"], _LEFT_OUT | json.loads(json.dumps(now)))
    if place is not None:
        where, was, is_now = place
        raise ConfigurationError(
            f"{root} was trained with {where} = {_short(was)}, and now it is {_short(is_now)}; "
            "use the code and the bindings of the run"
        )


def _difference(was, now, where=""):
    """(place, was, now) of the first value that differs between two JSON values, or None."""
    if isinstance(was, dict) and isinstance(now, dict):
        # Plain values come first: one of them may be the cause of other differences.
        # θ_0 comes last: it differs whenever the model does.
        keys = sorted(was | now, key=lambda key: (
            key == "theta_0", isinstance(was.get(key), (dict, list))))
        inner = ((f"{where}.{key}".lstrip("."), was.get(key), now.get(key)) for key in keys)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        inner = ((f"{where}[{place}]", *pair) for place, pair in enumerate(
            zip(was, now, strict=True)))
    else:
        return None if was == now else (where, was, now)
    differences = (_difference(one, other, place) for place, one, other in inner)
    return next((each for each in differences if each), None)


def _short(value):
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _sibling(paths, header, candidate, data_dir, console, trust):
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
    experiment = dataclasses.replace(
        experiment, name=f"{header['experiment']}_rewind_{candidate}")
    prepared = prepare(experiment, paths.root.parent, data_dir)
    with ProgressDisplay(prepared.total_steps, prepared.run, console) as progress:
        execute(prepared, progress)
    return AnalyzedRun(prepared.context, resolve_jit(experiment.jit, prepared.context.build()))
