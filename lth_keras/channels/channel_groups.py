"""Groups of channels: the units of a network that can only be cut together.

The idea is DepGraph's (Fang et al., "DepGraph: Towards Any Structural Pruning", CVPR 2023): two
layers depend on each other where cutting a channel of one leaves the other with a channel too many.
Here each channel gets a label, layers tie labels, and what has one label goes together.
"""

import dataclasses
from collections.abc import Collection
from typing import Any

import numpy as np

from lth_keras.channels.channel_walk import CARRIES, MAKES, READS, ChannelWalk
from lth_keras.errors import ConfigurationError


@dataclasses.dataclass(frozen=True, eq=False)
class Along:
    """Where a group's units lie along one axis of a variable.

    Attributes:
      key: the variable's, 'layer/kernel'.
      axis: of it.
      role: 'makes', the axis of a kernel's outputs; 'reads', that of its inputs; 'carries', an axis
        of a bias, a normalisation or another variable that goes with the unit.
      units: int [size of the axis]: the number of the unit at each place, from 0; −1 where the
        place is no unit's of this group.
    """

    key: str
    axis: int
    role: str
    units: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class ChannelGroup:
    """Units that lie at the same axes of the same variables, so that they compare.

    Attributes:
      name: the key of the first kernel that makes them, and '#2' where an earlier group has it.
      size: number of units.
      places: `Along` of each variable and axis.
    """

    name: str
    size: int
    places: tuple[Along, ...]

    @property
    def makers(self) -> tuple[str, ...]:
        """Keys of the kernels that make the units, in the order of the model."""
        return tuple(place.key for place in self.places if place.role == MAKES)


@dataclasses.dataclass(frozen=True)
class WholeLayer:
    """A layer with channels that cannot be cut: some of them, or all.

    Attributes:
      key: of the kernel that makes them, 'layer/kernel'.
      channels: how many of them stay.
      of: how many it has.
      why: one reason, in words.
    """

    key: str
    channels: int
    of: int
    why: str

    @property
    def layer(self) -> str:
        """The layer's path."""
        return self.key.rpartition("/")[0]


class ChannelGroups:
    """The groups of a plain model, and what is left whole.

    Args:
      model: a plain functional or Sequential model.
      prunable: keys of the kernels that may be pruned; None for all.

    Attributes:
      groups: `ChannelGroup`s in the order of the layers that make them.
      whole: `WholeLayer`s, of the layers that make channels which stay.
      axes: {key: {axis: int [size] of labels}}: the same number is the same channel.
      sizes: {path: {field: (labels, make)}}: arguments of layers that count channels.
    """

    def __init__(self, model: Any, prunable: Collection[str] | None = None):
        walk = ChannelWalk(model)
        if prunable is not None:
            _keep_unpruned(walk, prunable)
        _keep_unmade(walk)
        resolve = walk.labels.resolved
        self.axes = {}
        for (key, axis), (labels, _) in walk.axes.items():
            self.axes.setdefault(key, {})[axis] = resolve(labels)
        self.sizes = {
            path: {field: (resolve(labels), make) for field, (labels, make) in fields.items()}
            for path, fields in walk.sizes.items()}
        self.groups, self._labels = _groups(walk, self.axes)
        self.whole = _whole(walk, self.axes)

    def cut(self, masks: dict) -> dict:
        """{group's name: bool [size]}: the units of which masks keep no weight.

        One unit of each group counts as kept: no layer can be without any.
        """
        found = {}
        for group in self.groups:
            alive = np.zeros(group.size, bool)
            for place in group.places:
                if place.key in masks:
                    here = np.moveaxis(masks[place.key], place.axis, 0)
                    here = here.reshape(place.units.size, -1).any(1)
                    alive[place.units[here & (place.units >= 0)]] = True
            if not alive.any():
                alive[0] = True
            found[group.name] = ~alive
        return found

    def cut_labels(self, cut: dict) -> np.ndarray:
        """The labels of the units that `cut` says go."""
        chosen = [self._labels[name][gone] for name, gone in cut.items()]
        return np.concatenate([np.zeros(0, np.int64), *chosen])

    def cleared(self, masks: dict, arrays: dict) -> dict:
        """`arrays` with zeros in every variable that goes with a cut unit; others are the same.

        A unit that is cut keeps nothing: neither its bias nor the scale, the shift and the
        statistics of its normalisation. It then gives the constant of its activation at zero, which
        nothing reads, and training leaves it there.

        Args:
          masks: {key: bool array}.
          arrays: {key: array} of variables, or of moments of them.
        """
        cut = self.cut_labels(self.cut(masks))
        if not cut.size:
            return arrays
        cleared = dict(arrays)
        for key, axes in self.axes.items():
            if key not in arrays:
                continue
            for axis, labels in axes.items():
                gone = np.isin(labels, cut)
                if gone.any():
                    array = np.moveaxis(cleared[key].copy(), axis, 0)
                    array[gone] = 0
                    cleared[key] = np.moveaxis(array, 0, axis)
        return cleared


def check_has_groups(groups: ChannelGroups) -> None:
    """Checks that there is a unit to cut.

    Raises:
      ConfigurationError: there is none; says why of the first layers.
    """
    if not groups.groups:
        why = "; ".join(f"{each.layer}: {each.why}" for each in groups.whole[:3])
        raise ConfigurationError(
            f"the model has no units that can be cut ({why}); expected a layer whose outputs other "
            "layers with a kernel read, or RewindingSchedule.granularity of weights or blocks")


def _keep_unpruned(walk, prunable):
    for (key, _), (labels, role) in walk.axes.items():
        if role != CARRIES and key not in prunable:
            walk.labels.keep_whole(labels, f"{key.rpartition('/')[0]} is left dense")


def _keep_unmade(walk):
    """Channels that no kernel makes, or whose maker's channels nothing reads."""
    by_role = {MAKES: [], READS: []}
    for labels, role in walk.axes.values():
        if role in by_role:
            by_role[role].append(walk.labels.resolved(labels))
    made, read = (
        np.unique(np.concatenate([np.zeros(0, np.int64), *some])) for some in by_role.values())
    for label in np.setxor1d(made, read):
        walk.labels.keep_whole(np.array([label]), "no layer with a kernel makes and reads it")


def _groups(walk, axes):
    """([`ChannelGroup`], {name: labels of its units})."""
    role = {place: role for place, (_, role) in walk.axes.items()}
    order = [(key, axis) for (key, axis) in walk.axes if role[key, axis] == MAKES]
    where = {}
    for key, axis in walk.axes:
        labels, counts = np.unique(axes[key][axis], return_counts=True)
        for label, count in zip(labels.tolist(), counts.tolist(), strict=True):
            where.setdefault(label, []).append((key, axis, count))
    # Units of one signature compare; they are numbered as the first layer that makes them does.
    signatures = {}
    for key, axis in order:
        for label in dict.fromkeys(axes[key][axis].tolist()):
            if walk.labels.reason(label) is None:
                signatures.setdefault(tuple(where[label]), {})[label] = None
    groups, names = [], {}
    for signature, labels in signatures.items():
        labels = np.array(list(labels), np.int64)
        first = next(key for key, axis, _ in signature if role[key, axis] == MAKES)
        name, number = first, 2
        while name in names:
            name, number = f"{first}#{number}", number + 1
        places = tuple(
            Along(key, axis, role[key, axis], _numbers(axes[key][axis], labels))
            for key, axis, _ in signature)
        groups.append(ChannelGroup(name, labels.size, places))
        names[name] = labels
    return tuple(groups), names


def _numbers(along, labels):
    """For each place of an axis the index of its label in `labels`, or −1."""
    order = np.argsort(labels)
    found = np.searchsorted(labels[order], along).clip(0, labels.size - 1)
    return np.where(labels[order][found] == along, order[found], -1)


def _whole(walk, axes):
    rows = []
    for (key, axis), (_, role) in walk.axes.items():
        if role != MAKES:
            continue
        labels = axes[key][axis]
        reasons = [reason for reason in map(walk.labels.reason, labels.tolist()) if reason]
        if reasons:
            rows.append(WholeLayer(key, len(reasons), labels.size, reasons[0]))
    return tuple(rows)
