"""`run.py` and `lth-keras`: finds the command, reads its flags, turns errors into one line."""

import difflib
import importlib
import sys

from absl import flags

import lth_keras
from lth_keras.commands import command_table
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.wording import answering_gin


def main(argv=None):
    """Runs a command line.

    Args:
      argv: arguments after the program's name; None means the process's own.

    Returns:
      Exit status: 0 done; 1 the run failed; 2 the command or the configuration is wrong.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        command = command_table.TRAIN
        if argv and not argv[0].startswith("-"):
            command = _command(argv.pop(0))
        if any(argument in ("-h", "--help", "-help") for argument in argv):
            chosen = None if command is command_table.TRAIN else command
            print(command_table.help_text(chosen), end="")
            return 0
        if argv == ["--version"]:
            print(f"lth_keras {lth_keras.__version__}")
            return 0
        values, arguments = _parsed(command, argv)
        # Imported one at a time, and only now: most bring TensorFlow along.
        module = importlib.import_module(f"lth_keras.commands.{command.name}_command")
        with answering_gin():
            return module.main(values, arguments)
    except ConfigurationError as error:
        return _fail(error, 2)
    except RunError as error:
        return _fail(error, 1)


def _command(name):
    if name in command_table.COMMANDS:
        return command_table.COMMANDS[name]
    close = difflib.get_close_matches(name, command_table.COMMANDS, 1)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    raise ConfigurationError(
        f"there is no command {name!r}{meant}; expected --gin_file=F, or first of all one of "
        f"{', '.join(command_table.COMMANDS)}; see python run.py --help"
    )


def _parsed(command, argv):
    """absl's values of the flags, and the other arguments."""
    values = flags.FlagValues()  # Our own: libraries define dozens in absl's global ones.
    for flag in (command_table.OUTPUT_DIR, *command.flags):
        flag.define(values)
    try:
        return values, values(["run.py", *argv])[1:]
    except flags.Error as error:
        named = "" if command is command_table.TRAIN else f"{command.name} "
        raise ConfigurationError(f"{error}; see python run.py {named}--help") from error


def _fail(error, status):
    # gin appends a line for each configurable that an error passed through.
    message = str(error).split("\n  In call to configurable")[0]
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return status
