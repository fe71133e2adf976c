"""`Experiment.on_fallback`: settings that change if the data were replaced by the fallback.

The fallback is smaller. With the same batch size an epoch would have only a few updates, and every
network would be stopped while it still learns.
"""

import dataclasses

from lth_keras.errors import ConfigurationError

# The rounds of the variants other than tickets. It is no setting of an experiment, where each
# variant has rounds of its own.
CONTROLS_AT, ALL_ROUNDS, LAST_ROUND = "controls_at", "all_rounds", "last_round"
MAY_CHANGE = ("batch_size", "trials", "duration", "evaluate_every", CONTROLS_AT)


def check_on_fallback(changes):
    """Raises ConfigurationError unless `changes` is a dict of settings that may change."""
    expected = f"a dict of some of {', '.join(MAY_CHANGE)}, like {{'batch_size': 64}}"
    if not isinstance(changes, dict):
        raise ConfigurationError(f"Experiment.on_fallback is {changes!r}; expected {expected}")
    for name in changes:
        if name not in MAY_CHANGE:
            raise ConfigurationError(f"Experiment.on_fallback has {name!r}; expected {expected}")
    at = changes.get(CONTROLS_AT, ALL_ROUNDS)
    if at not in (ALL_ROUNDS, LAST_ROUND):
        raise ConfigurationError(f"{CONTROLS_AT!r} of Experiment.on_fallback is {at!r}; expected "
                                 f"{ALL_ROUNDS!r} or {LAST_ROUND!r}")


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
    settings = dict(experiment.on_fallback)
    at = settings.pop(CONTROLS_AT, ALL_ROUNDS)
    changes = {name: (getattr(experiment, name), value) for name, value in settings.items()
               if getattr(experiment, name) != value}
    variants = tuple(experiment.variants)
    if at == LAST_ROUND:
        variants = tuple(_at_last_round(each, experiment) for each in variants)
    if variants != tuple(experiment.variants):
        changes[CONTROLS_AT] = (ALL_ROUNDS, LAST_ROUND)
    return dataclasses.replace(experiment, **settings, variants=variants), changes


def _at_last_round(variant, experiment):
    """A control at its last round alone; a variant that is IMP's own network as it is."""
    last = experiment.imp.schedule.rounds
    rounds = variant.rounds_of(last)
    # With a rewind point after the initialisation, only what is rewound is IMP's.
    tickets = all(variant.imp_round(each, 1, experiment.imp.criterion) for each in rounds)
    # A chain trains each of its rounds up to the last one anyway.
    if tickets or variant.is_chain:
        return variant
    needed = {name for each in experiment.variants for round in each.rounds_of(last)
              for name in each.needs(round)}
    return dataclasses.replace(variant, rounds=tuple(
        round for round, name in variant.networks(last)
        if round == rounds[-1] or name in needed))


def as_text(changes):
    """'batch_size 64 instead of 1024, controls_at last_round instead of all_rounds'."""
    return ", ".join(f"{name} {used} instead of {bound}" for name, (bound, used) in changes.items())
