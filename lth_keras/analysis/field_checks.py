"""Checks of the fields of a measure, which gin binds."""

from lth_keras.errors import ConfigurationError


def positive(measure, *names, least=1):
    """Raises ConfigurationError unless each field is a whole number of at least `least`."""
    for name in names:
        value = getattr(measure, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            _fail(measure, name, f"a whole number, at least {least}")


def optional_positive(measure, *names):
    """The same, or None."""
    positive(measure, *[name for name in names if getattr(measure, name) is not None])


def optional_levels(measure, name="levels"):
    """Raises ConfigurationError unless the field is None, or a tuple or list of rounds from 1."""
    value = getattr(measure, name)
    if value is None:
        return
    if not isinstance(value, (tuple, list)) or not value or any(
            isinstance(each, bool) or not isinstance(each, int) or each < 1 for each in value):
        _fail(measure, name, "None for all levels, or whole numbers from 1 in brackets, like (5,)")


def levels_there(measure, run):
    """Raises ConfigurationError where `levels` has a round that the run does not have."""
    beyond = [level for level in measure.levels or () if level > run.last_round]
    if beyond:
        raise ConfigurationError(
            f"{type(measure).__name__}.levels has {beyond[0]}; expected levels from 1 to "
            f"{run.last_round}, the last round of {run.paths.root}"
        )


def texts(measure, *names):
    """Raises ConfigurationError unless each field is a tuple or list of at least one string."""
    for name in names:
        value = getattr(measure, name)
        if not isinstance(value, (tuple, list)) or not value \
                or not all(isinstance(each, str) for each in value):
            _fail(measure, name, "one or more strings, like ('round_*', 'ticket@10')")


def one_of(measure, name, allowed):
    """Raises ConfigurationError unless the field is one of `allowed`."""
    if getattr(measure, name) not in allowed:
        _fail(measure, name, f"one of {allowed}")


def number(measure, name, least):
    """Raises ConfigurationError unless the field is a number of at least `least`."""
    value = getattr(measure, name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
        _fail(measure, name, f"a number, at least {least}")


def _fail(measure, name, expected):
    raise ConfigurationError(
        f"{type(measure).__name__}.{name} is {getattr(measure, name)!r}; expected {expected}"
    )
