"""Labels of channels: channels that can only be cut together have one label. Pure NumPy."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Channels:
    """The channels of one tensor of a network.

    Attributes:
      axis: the tensor's axis they lie along, the batch being axis 0.
      labels: int [size of that axis]; one label may stand at several places, as after `Flatten`.
    """

    axis: int
    labels: np.ndarray


class ChannelLabels:
    """Hands out labels, ties them, and remembers which of them must stay and why.

    A forest with path compression (Tarjan 1975): each label points towards the oldest label that it
    was tied to.
    """

    def __init__(self):
        self._parents = []
        self._reasons = {}

    def fresh(self, count):
        """int [count]: labels that nothing is tied to yet."""
        first = len(self._parents)
        self._parents.extend(range(first, first + count))
        return np.arange(first, first + count)

    def tie(self, first, second):
        """Makes label i of `first` and label i of `second` one, for each i."""
        for one, other in zip(first.tolist(), second.tolist(), strict=True):
            one, other = sorted((self._root(one), self._root(other)))
            if one == other:
                continue
            self._parents[other] = one
            if other in self._reasons:
                self._reasons.setdefault(one, self._reasons.pop(other))

    def keep_whole(self, labels, reason):
        """Says that the channels of these labels cannot be cut; each keeps its first reason."""
        for label in np.unique(labels).tolist():
            self._reasons.setdefault(self._root(label), reason)

    def resolved(self, labels):
        """`labels` with tied ones equal."""
        return np.array([self._root(label) for label in labels.tolist()], np.int64)

    def reason(self, label):
        """Why a label's channels stay, or None."""
        return self._reasons.get(self._root(label))

    def _root(self, label):
        root = label
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[label] != root:
            self._parents[label], label = root, self._parents[label]
        return root
