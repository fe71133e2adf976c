"""Compaction: removes units and channels without weights; the network computes the same.

A unit (a neuron, a channel, a head) that no layer reads is removed, wherever it goes on its way:
through sums, concatenations and nested models, with its biases and its normalisation. A unit
without incoming weights gives a constant, act(bias). The layers behind it turn that into another
constant, which is added to the biases of the layers that read it; then nothing reads it. One
removal can make the next possible, so it is repeated until nothing changes.

Exact but for rounding. A constant that is not zero is not constant at a padded border of a
convolution: such a channel stays. So does a constant that a layer in a nested model, or an
attention, reads, and every channel that `channels` leaves whole.
"""

import dataclasses

import numpy as np

from lth_keras.channels import ChannelGroups, Narrowing
from lth_keras.compat import keras
from lth_keras.export.constant_units import Constants
from lth_keras.variables import named_variables, snapshot

_layers = keras.layers
_KERNELS = (_layers.Dense, _layers.Conv1D, _layers.Conv2D)


@dataclasses.dataclass(frozen=True, eq=False)
class Compacted:
    """A smaller dense network with the same function.

    Attributes:
      model: the plain Keras model.
      units: [{'layer', 'before', 'after'}], each layer whose units could be removed.
    """

    model: object = dataclasses.field(repr=False)
    units: list


def compact(model):
    """Removes dead units of a plain functional or Sequential model.

    Args:
      model: a plain Keras model, pruned weights zero; it is left alone.

    Returns:
      `Compacted`; its model has new weights, and layers of the same names.
    """
    original = named_variables(model)
    work = _with_biases(model)
    variables = named_variables(work)
    for key, variable in original.items():
        variables[key].assign(variable)
    groups, weights = ChannelGroups(work), snapshot(variables)
    constants = Constants(work, weights)
    cut = {group.name: np.zeros(group.size, bool) for group in groups.groups}
    while any([_cut_more(group, cut[group.name], weights, constants) for group in groups.groups]):
        pass
    narrowing = Narrowing(work, groups, cut)
    smaller = narrowing.model(_without_biases(model, work, weights, original))
    for key, variable in named_variables(smaller).items():
        variable.assign(narrowing.narrowed(key, weights[key]))
    return Compacted(smaller, _units(groups, cut, weights))


def _cut_more(group, cut, weights, constants):
    """Cuts what is dead of one group by now; at least one unit stays. Whether there was any."""
    unread = ~cut & ~_any(group, "reads", weights)
    unfed = ~cut & ~unread & ~_any(group, "makes", weights)
    if unfed.any():
        unfed &= constants.can_be_folded(group)
    dead = unread | unfed
    if (cut | dead).all():
        dead[np.flatnonzero(dead)[:1]] = False
    if not dead.any():
        return False
    constants.fold(group, dead & unfed)
    for place in group.places:
        if place.role != "carries":
            # What it was made of is read by it no more, and so may be dead in its turn.
            gone = (place.units >= 0) & dead[place.units]
            np.moveaxis(weights[place.key], place.axis, 0)[gone] = 0
    cut |= dead
    return True


def _any(group, role, weights):
    """bool [units]: has a unit any weight in the kernels that make it, or that read it?"""
    found = np.zeros(group.size, bool)
    for place in group.places:
        if place.role == role:
            along = np.moveaxis(weights[place.key], place.axis, 0).reshape(place.units.size, -1)
            found[place.units[along.any(1) & (place.units >= 0)]] = True
    return found


def _units(groups, cut, weights):
    rows = {}
    for group in groups.groups:
        for place in group.places:
            if place.role != "makes":
                continue
            layer = place.key.rpartition("/")[0]
            gone = (place.units >= 0) & cut[group.name][place.units]
            before, removed = rows.get(layer, (weights[place.key].shape[place.axis], set()))
            rows[layer] = before, removed | set(np.flatnonzero(gone).tolist())
    return [{"layer": layer, "before": int(before), "after": int(before) - len(removed)}
            for layer, (before, removed) in rows.items()]


def _with_biases(model):
    """A copy in which every dense and convolutional layer outside nested models has biases."""
    return _copied(model, lambda layer: {"use_bias": True} if type(layer) in _KERNELS else {})


def _without_biases(model, work, weights, original):
    """A copy with the biases that the model had, and those that constants were added to."""
    return _copied(work, lambda layer: {
        "use_bias": f"{layer.name}/bias" in original or bool(weights[f"{layer.name}/bias"].any())
    } if type(layer) in _KERNELS and layer in work.layers else {})


def _copied(model, changes):
    def copy(layer):
        if isinstance(layer, keras.Model):
            return keras.models.clone_model(layer)
        config = layer.get_config() | changes(layer)
        config.pop("build_config", None)
        return type(layer).from_config(config)

    return keras.models.clone_model(model, clone_function=copy)
