"""`run.py` and `lth-keras`: finds the command, reads its flags, turns errors into one line."""

import difflib
import errno
import importlib
import sys

from absl import flags

import lth_keras
from lth_keras.commands import command_table, early_checks, last_resort
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.program import program
from lth_keras.wording import answering_gin

# These import TensorFlow, which takes seconds.
_SLOW = ("train", "analyze", "export")


def main(argv=None):
    """Runs a command line.

    Args:
      argv: arguments after the program's name; None means the process's own.

    Returns:
      Exit status: 0 done; 1 the run failed; 2 the command or the configuration is wrong.
    """
    last_resort.tolerate_any_text()
    status = _answered(list(sys.argv[1:] if argv is None else argv))
    lost = last_resort.end_output()
    if lost is None:
        return status
    last_resort.say(f"standard output cannot be written: {getattr(lost, 'strerror', None) or lost}")
    return status or 1


def _answered(argv):
    """The exit status of a command line; no exception leaves it."""
    try:
        return _carried_out(argv)
    except ConfigurationError as error:
        return _fail(error, 2)
    except RunError as error:
        return _fail(error, 1)
    except KeyboardInterrupt:
        return _fail("stopped by SIGINT; what is done is stored", 1)
    except BrokenPipeError:
        return 1  # The reader of the output has ended, as in `list | head`.
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EIO) and error.filename is None:
            advice = "make room" if error.errno == errno.ENOSPC else "mend the place"
            return _fail(f"cannot write: {error.strerror}; {advice}", 1)
        return _fail(last_resort.unforeseen(error), 1)
    except Exception as error:  # noqa: BLE001 - the last resort.
        return _fail(last_resort.unforeseen(error), 1)


def _carried_out(argv):
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
    early_checks.check(command.name, values, arguments)
    # Only the one command is imported, and only now: most import TensorFlow.
    if command.name in _SLOW and "tensorflow" not in sys.modules and sys.stderr.isatty():
        print("loading TensorFlow…", file=sys.stderr)
    module = importlib.import_module(f"lth_keras.commands.{command.name}_command")
    with answering_gin():
        return module.main(values, arguments)


def _command(name):
    if name in command_table.COMMANDS:
        return command_table.COMMANDS[name]
    close = difflib.get_close_matches(name, command_table.COMMANDS, 1)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    raise ConfigurationError(
        f"there is no command {name!r}{meant}; expected --gin_file=F, or first of all one of "
        f"{', '.join(command_table.COMMANDS)}; see {program()} --help"
    )


def _parsed(command, argv):
    """absl's values of the flags, and the other arguments."""
    values = flags.FlagValues()  # Our own FlagValues: libraries define dozens of flags in absl's
    # global one.
    for flag in (command_table.OUTPUT_DIR, *command.flags):
        flag.define(values)
    try:
        return values, values([program(), *argv])[1:]
    except flags.IllegalFlagValueError as error:
        for flag in command.flags:
            for argument in argv:
                name, _, value = argument.lstrip("-").partition("=")
                if name == flag.name and flag.expected and f"--{name}={value}:" in str(error):
                    raise ConfigurationError(
                        f"--{name}={value}; expected {flag.expected}") from error
        raise _refused(error, command) from error
    except flags.Error as error:
        raise _refused(error, command) from error


def _refused(error, command):
    named = "" if command is command_table.TRAIN else f"{command.name} "
    return ConfigurationError(f"{error}; see {program()} {named}--help")


def _fail(error, status):
    # gin appends a line for each configurable that an error passed through.
    message = str(error).split("\n  In call to configurable")[0]
    last_resort.say(message)
    return status
