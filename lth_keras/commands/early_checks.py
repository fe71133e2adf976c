"""Checks of a command line before TensorFlow is imported, within a second."""

import difflib
import os
import pathlib
import sys

from lth_keras import opening
from lth_keras.commands import gin_files
from lth_keras.commands.find_run import find_run
from lth_keras.commands.gin_syntax import check_syntax
from lth_keras.errors import ConfigurationError
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
        raise ConfigurationError(f"--workers={flags.workers}; expected at least 1")
    gin_files.require(flags.gin_file)
    _check_gin(flags)
    _check_data_dir(flags.data_dir)


def _analyze(flags, arguments):
    _one_run("analyze", "analyze RUN", flags, arguments)
    _check_gin(flags)
    _check_data_dir(flags.data_dir)


def _export(flags, arguments):
    usage = "export RUN --variant=ticket@06 --to=DIR"
    paths = _one_run("export", usage, flags, arguments)
    for name in ("variant", "to"):
        if not getattr(flags, name):
            raise ConfigurationError(f"--{name} was not given; expected {usage}")
    _check_gin(flags)
    _check_data_dir(flags.data_dir)
    trial = paths.trial(flags.trial)
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
