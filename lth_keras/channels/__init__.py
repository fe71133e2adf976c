"""Channels of any graph: which of them go together, and the network without some of them."""

from lth_keras.channels.channel_groups import (
    Along,
    ChannelGroup,
    ChannelGroups,
    WholeLayer,
    check_has_groups,
)
from lth_keras.channels.narrowing import Narrowing
from lth_keras.channels.unit_rows import unit_rows

__all__ = [
    "Along", "ChannelGroup", "ChannelGroups", "Narrowing", "WholeLayer", "check_has_groups",
    "unit_rows",
]
