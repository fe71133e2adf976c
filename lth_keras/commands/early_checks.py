"""Checks of a command line before TensorFlow is imported, within a second."""

import difflib
import os
import pathlib
import sys

from lth_keras import opening
from lth_keras.cluster.required_ray import require_ray
from lth_keras.commands import gin_files
from lth_keras.commands.find_run import find_run
from lth_keras.commands.gin_syntax import check_syntax
from lth_keras.commands.given_measures import check_measures
from lth_keras.commands.measure_names import check_only
from lth_keras.errors import ConfigurationError
from lth_keras.export.choices import DEFAULT, check_choices, place_of
from lth_keras.program import program
from lth_keras.store import network_folder


def check(command, flags, arguments):
    """Checks a command's flags and arguments, without a network and without data.

    Args:
      command: its name.
      flags: absl's values.
      arguments: the arguments besides the flags.

    Raises:
      ConfigurationError: something is wrong.
    """
    checks = {"train": _train, "analyze": _analyze, "export": _export}
    if command in checks:
        checks[command](flags, arguments)
        _check_docstrings()
        _check_xla_flags(os.environ.get("XLA_FLAGS", ""))


def _train(flags, arguments):
    if arguments:
        raise ConfigurationError(
            f"{arguments[0]!r} was not expected; give --gin_file=F, and each flag with '='"
        )
    if not flags.checkpoint_minutes >= 0:  # `not >=` also refuses NaN.
        raise ConfigurationError(
            f"--checkpoint_minutes={flags.checkpoint_minutes}; expected a number, 0 or more"
        )
    if flags.workers is not None and flags.workers < 1:
        raise ConfigurationError(f"--workers={flags.workers}; expected a whole number, at least 1")
    if flags.ray_address:
        require_ray(f"--ray_address={flags.ray_address}")
    elif flags.workers is not None and flags.workers > 1:
        require_ray(f"--workers={flags.workers}")
    if (flags.cluster_hosts is None) != (flags.cluster_index is None):
        raise ConfigurationError(
            "--cluster_hosts and --cluster_index belong together; give both to every worker")
    gin_files.require(flags.gin_file)
    _check_gin(flags)
    _check_data_dir(flags.data_dir)
    _check_output_dir(flags.output_dir)


def _analyze(flags, arguments):
    paths = _one_run("analyze", "analyze RUN", flags, arguments)
    _check_gin(flags)
    _check_data_dir(flags.data_dir)
    found = [gin_files.find(file) for file in flags.gin_file]
    check_measures(found, paths.config)
    check_only(flags.only, paths.config, found, flags.gin_param)


def _export(flags, arguments):
    usage = "export RUN --variant=ticket@06 --to=DIR"
    paths = _one_run("export", usage, flags, arguments)
    for name in ("variant", "to"):
        if not getattr(flags, name):
            raise ConfigurationError(f"--{name} was not given; expected {usage}")
    formats = DEFAULT if flags.format is None else tuple(flags.format)
    check_choices(formats, flags.input, flags.weights, flags.compact)
    place_of(flags.to)
    _check_gin(flags)
    _check_data_dir(flags.data_dir)
    trial = paths.trial(flags.trial)
    if not opening.is_folder(trial):
        trials = [each for each in opening.entries(paths.root) if each.startswith("trial_")]
        raise ConfigurationError(
            f"{paths.root} has no trial {flags.trial}; it has {', '.join(trials) or 'none'}")
    there = [each for each in opening.entries(trial) if network_folder.is_done(trial / each)]
    if there and flags.variant not in there:
        close = difflib.get_close_matches(flags.variant, there, 1)
        meant = f" (did you mean {close[0]!r}?)" if close else ""
        raise ConfigurationError(
            f"trial {flags.trial} of {paths.root} has no finished {flags.variant!r}{meant}; it has "
            f"{', '.join(there)}"
        )


def _check_docstrings():
    """Keras cannot be imported without docstrings: it changes some of its own."""
    if sys.flags.optimize > 1:
        raise ConfigurationError(
            "Python was started with -OO or PYTHONOPTIMIZE=2, under which Keras cannot be "
            "imported: it needs docstrings; use PYTHONOPTIMIZE=1, or none"
        )


def _check_xla_flags(value):
    """XLA ends the process on an unknown flag, without saying what to do."""
    for flag in value.split():
        if not flag.startswith("--xla_") and not opening.is_file(flag):
            raise ConfigurationError(
                f"XLA_FLAGS has {flag!r}; expected flags that begin with --xla_, or a file of them"
            )


def _one_run(command, usage, flags, arguments):
    if len(arguments) != 1:
        raise ConfigurationError(
            f"{command} takes one run, {len(arguments)} were given; expected {program()} {usage}, "
            "with '=' in each flag"
        )
    return find_run(arguments[0], flags.output_dir)


def _check_gin(flags):
    check_syntax([gin_files.find(file) for file in flags.gin_file], flags.gin_param)


def _check_output_dir(output_dir):
    """Checks that a folder is, or can be, at `output_dir`."""
    place = pathlib.Path(output_dir)
    try:
        if "\0" in output_dir:
            raise ValueError("its name has a zero in it")
        while not place.exists():
            place = place.parent
        if place.is_dir():
            return
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"--output_dir={output_dir}: {getattr(error, 'strerror', None) or error}; name a "
            "folder") from error
    raise ConfigurationError(f"--output_dir={output_dir}: {place} is a file; name a folder")


def _check_data_dir(data_dir):
    try:
        if not data_dir or os.path.isdir(pathlib.Path(data_dir).expanduser()):
            return
    except (ValueError, RuntimeError):  # A zero byte, or '~' without a home directory.
        pass
    raise ConfigurationError(
        f"--data_dir is {data_dir!r}, which is no folder; expected a data directory of TensorFlow "
        "Datasets, the one that holds mnist/3.0.1/ and so on: create it or name another"
    )
