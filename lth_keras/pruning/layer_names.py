"""Checks names of layers in a configuration: a name that the model lacks would have no effect."""

import re

from absl import logging

from lth_keras.errors import ConfigurationError
from lth_keras.pruning.kernels import matrices, names, prunable_weights
from lth_keras.variables import walk

# A ResNet has more layers than a line can hold.
_SHOWN = 30


def check_never_prune(model, never):
    """Checks that each name in `never` is a layer of the plain `model`, or the key of a kernel.

    Raises:
      ConfigurationError: one is not.
    """
    layers = [layer for _, layer in walk(model)]
    known = {layer.name for layer in layers} | {weight.key for weight in prunable_weights(model)}
    for name in never:
        if name not in known:
            raise ConfigurationError(
                f"Experiment.never_prune has {name!r}, and no layer of the model is called so; "
                "expected names of its layers, such as "
                + _listed([layer.name for layer in layers if matrices(layer)])
            )


def check_also_prune(model, also):
    """Checks that each name in `also` is of a layer or a kernel that is dense without it.

    Raises:
      ConfigurationError: one is not.
    """
    left = [
        (path, layer, matrix) for path, layer in walk(model) for matrix in matrices(layer)
        if matrix.kind and matrix.dense
    ]
    for name in also:
        if not any(names((name,), *each) for each in left):
            there = [f"{path} ({matrix.dense})" for path, _, matrix in left]
            raise ConfigurationError(
                f"Experiment.also_prune has {name!r}, which is no layer that is left dense by "
                f"default; expected some of {_listed(there) if there else 'none: there are none'}"
            )


def check_rates(model, rates, also=()):
    """Checks that each rate of a `RewindingSchedule` applies to a layer of the plain `model`.

    Raises:
      ConfigurationError: the pattern of a 'name:' matches no layer with a kernel, or there is no
        such layer of a kind.
    """
    weights = prunable_weights(model, also=also)
    kinds = {weight.kind for weight in weights} | {"output"}
    for which in rates:
        pattern = which.removeprefix("name:")
        if which in kinds or (which != pattern and any(
                re.fullmatch(pattern, name) for each in weights
                for name in (each.layer, each.key))):
            continue
        there = _listed([f"{weight.layer} ({weight.kind})" for weight in weights])
        raise ConfigurationError(
            f"RewindingSchedule.rates has the key {which!r}, which fits no layer of the model; "
            f"its layers with a kernel are {there}; correct it or take it out"
        )


def warn_of_idle_rates(schedule, rows):
    """Warns of each of a `RewindingSchedule`'s `rates` that no row of a granularity has.

    Units that several kernels share have the rate of the first kernel that makes them, and the
    model's outputs stay: a rate of the output layer, for one, prunes nothing by itself.

    Args:
      schedule: the `RewindingSchedule`.
      rows: of the `Grouping`.
    """
    used = {schedule.rate_key(row) for row in rows}
    for which in schedule.rates:
        if which not in used:
            logging.warning(
                "RewindingSchedule.rates[%r] is %r and has no effect with %s: no set of units has "
                "that rate. Units have the rate of the first kernel that makes them, and the "
                "units of %s; take it out, or give a rate to the layers that make units: %s",
                which, schedule.rates[which], schedule.granularity,
                "the output layer stay" if which == "output" else "its layers stay or go with "
                "those of another", _listed([row.layer for row in rows]))


def _listed(names):
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
