"""`Experiment.on_fallback`: settings that change if the data were replaced by the fallback.

The fallback is smaller. With the same batch size an epoch would have only a few updates, and every
network would be stopped while it still learns.
"""

import dataclasses

from lth_keras.errors import ConfigurationError

MAY_CHANGE = ("batch_size", "trials", "duration", "evaluate_every")


def check_on_fallback(changes):
    """Raises ConfigurationError unless `changes` is a dict of settings that may change."""
    expected = f"a dict of some of {', '.join(MAY_CHANGE)}, like {{'batch_size': 64}}"
    if not isinstance(changes, dict):
        raise ConfigurationError(f"Experiment.on_fallback is {changes!r}; expected {expected}")
    for name in changes:
        if name not in MAY_CHANGE:
            raise ConfigurationError(f"Experiment.on_fallback has {name!r}; expected {expected}")


def for_data(experiment, data):
    """The experiment as it is run on these data.

    Args:
      experiment: `Experiment`.
      data: `LoadedData`.

    Returns:
      (`Experiment`, {setting: (bound, used)}); the same experiment and {} where the data are those
      that were asked for.

    Raises:
      ConfigurationError: a setting's value is wrong.
    """
    if not data.is_fallback:
        return experiment, {}
    changed = dataclasses.replace(experiment, **experiment.on_fallback)
    return changed, {
        name: (getattr(experiment, name), value) for name, value in experiment.on_fallback.items()
        if getattr(experiment, name) != value
    }


def as_text(changes):
    """'batch_size 64 instead of 1024, trials 3 instead of 5'."""
    return ", ".join(f"{name} {used} instead of {bound}" for name, (bound, used) in changes.items())
