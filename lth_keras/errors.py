"""The two errors that come from a person's input or machine, and not from a defect of ours."""

from lth_keras.wording import made, shown


class ConfigurationError(Exception):
    """The command or the configuration is wrong; nothing was trained or written.

    The message is one line: what was wrong, its value, what was expected, what to do.
    The command line ends with exit status 2.
    """


class RunError(Exception):
    """The run cannot go on; what is stored stays valid. Exit status 1.

    The message is one line that says why and what to do.
    """


def first_line(error: BaseException) -> str:
    """What an error says, in one line; with its type where the words alone say little."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return f"{type(error).__name__}: {lines[0]}" if isinstance(error, LookupError) else lines[0]


def check_is_a(name: str, value: object, base: type, example: str) -> None:
    """Checks that a value in a configuration has the base class that is needed there.

    Args:
      name: of the parameter: 'IMP.criterion'.
      value: what was given.
      base: the base class.
      example: the name of a class that has it: 'Magnitude'.

    Raises:
      ConfigurationError: it has not.
    """
    if not isinstance(value, base):
        article = "an" if base.__name__[0] in "AEIO" else "a"
        raise ConfigurationError(
            f"{name} is {shown(value)}; expected {article} {base.__name__}, with brackets, like "
            f"{made(example)}; a class of your own needs {base.__module__}.{base.__name__} as its "
            "base class"
        )
