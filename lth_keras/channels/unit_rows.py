"""Channel groups as rows of a granularity: what is ranked, counted and pruned."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lth_keras.channels.channel_groups import ChannelGroups
from lth_keras.granularity import GroupRow, Members


def unit_rows(channels: ChannelGroups, weights: Sequence[Any]) -> list[GroupRow]:
    """A `GroupRow` for each group of channels, with the rate of the first kernel that makes it.

    A unit's weights are the incoming ones of all the layers that make it, and the outgoing ones of
    all that read it: what is cut keeps nothing, and all of it enters the unit's pooled score.

    Args:
      channels: of the plain model.
      weights: its `PrunableWeight`s.
    """
    known = {weight.key: weight for weight in weights}
    rows = []
    for group in channels.groups:
        first = known[group.makers[0]]
        members = []
        for place in group.places:
            if place.key in known:
                shape = [1] * len(known[place.key].shape)
                shape[place.axis] = place.units.size
                members.append(Members(place.key, place.units.reshape(shape).astype(np.int64)))
        rows.append(GroupRow(group.name, first.layer, first.kind, False, group.size,
                             tuple(members)))
    return rows
