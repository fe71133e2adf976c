"""`run.py` and `lth-keras`: reads the flags, calls a command, turns errors into one line."""

import importlib
import sys

from absl import flags

from lth_keras.errors import ConfigurationError, RunError

USAGE = """usage: python run.py --gin_file=F [--gin_param=B]… [--output_dir=runs] [--data_dir=D]
       python run.py list [--output_dir=runs]

  --gin_file=F      the experiment; give it again to add a file whose bindings win
  --gin_param=B     a binding that wins over the files: --gin_param='Experiment.trials = 1'
  --output_dir=DIR  where runs live (runs)
  --data_dir=DIR    where TFDS data sets are prepared
"""

# Each command's module has main(flags, arguments) -> exit status.
COMMANDS = {"list": "lth_keras.commands.list_runs"}
_TRAIN = "lth_keras.commands.train"


def main(argv=None):
    """Runs a command line.

    Args:
      argv: arguments after the program's name; None means the process's own.

    Returns:
      Exit status: 0 done; 1 the run failed; 2 the command or the configuration is wrong.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    if any(argument in ("-h", "--help", "-help") for argument in argv):
        print(USAGE, end="")
        return 0
    try:
        values = _flag_values()
        try:
            arguments = values(["run.py", *argv])[1:]
        except flags.Error as error:
            raise ConfigurationError(f"{_one_line(error)}; see python run.py --help") from error
        module = _TRAIN
        if arguments:
            if arguments[0] not in COMMANDS:
                raise ConfigurationError(
                    f"there is no command {arguments[0]!r}; expected --gin_file=F, or one of "
                    f"{', '.join(COMMANDS)}; see python run.py --help"
                )
            module = COMMANDS[arguments[0]]
        return importlib.import_module(module).main(values, arguments[1:])
    except ConfigurationError as error:
        return _fail(error, 2)
    except RunError as error:
        return _fail(error, 1)


def _flag_values():
    # Flags of our own, not absl's global ones: libraries define dozens there.
    values = flags.FlagValues()
    flags.DEFINE_multi_string("gin_file", [], "an experiment", flag_values=values)
    flags.DEFINE_multi_string("gin_param", [], "a binding", flag_values=values)
    flags.DEFINE_string("output_dir", "runs", "where runs live", flag_values=values)
    flags.DEFINE_string("data_dir", None, "where TFDS data are prepared", flag_values=values)
    return values


def _fail(error, status):
    print(f"error: {_one_line(error)}", file=sys.stderr)
    return status


def _one_line(error):
    return " ".join(str(error).split())
