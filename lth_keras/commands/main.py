"""`run.py` and `lth-keras`: finds the command, reads its flags, turns errors into one line."""

import importlib
import sys

from absl import flags

from lth_keras.errors import ConfigurationError, RunError

# Each command is a module with USAGE, define_flags(values) and main(flags, arguments) -> status.
# They are imported one at a time: `list` must not wait for TensorFlow.
_TRAIN = "train"
COMMANDS = ("list", "report", "verify", "analyze", "export")


def main(argv=None):
    """Runs a command line.

    Args:
      argv: arguments after the program's name; None means the process's own.

    Returns:
      Exit status: 0 done; 1 the run failed; 2 the command or the configuration is wrong.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        command = _TRAIN
        if argv and not argv[0].startswith("-"):
            command = argv.pop(0)
            if command not in COMMANDS:
                raise ConfigurationError(
                    f"there is no command {command!r}; expected --gin_file=F, or first of all one "
                    f"of {', '.join(COMMANDS)}; see python run.py --help"
                )
        if any(argument in ("-h", "--help", "-help") for argument in argv):
            print(_usage(command), end="")
            return 0
        module = _module(command)
        values = flags.FlagValues()  # Our own: libraries define dozens in absl's global ones.
        flags.DEFINE_string("output_dir", "runs", "where runs live", flag_values=values)
        module.define_flags(values)
        try:
            arguments = values(["run.py", *argv])[1:]
        except flags.Error as error:
            named = "" if command == _TRAIN else f"{command} "
            raise ConfigurationError(f"{error}; see python run.py {named}--help") from error
        return module.main(values, arguments)
    except ConfigurationError as error:
        return _fail(error, 2)
    except RunError as error:
        return _fail(error, 1)


def _module(command):
    return importlib.import_module(f"lth_keras.commands.{command}_command")


def _usage(command):
    if command != _TRAIN:
        return _module(command).USAGE
    return "".join(_module(each).USAGE for each in (_TRAIN, *COMMANDS))


def _fail(error, status):
    # gin appends a line for each configurable that an error passed through.
    message = str(error).split("\n  In call to configurable")[0]
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return status
