"""`ChannelLabels`: what is tied is one, and the first reason stands."""

import numpy as np

from lth_keras.channels.channel_labels import ChannelLabels


def test_tied_labels_are_one_also_through_others():
    labels = ChannelLabels()
    one, two, three = labels.fresh(2), labels.fresh(2), labels.fresh(2)
    assert [*one, *two, *three] == [0, 1, 2, 3, 4, 5]
    labels.tie(three, two)
    labels.tie(two[::-1], one)
    assert labels.resolved(np.concatenate([one, two, three])).tolist() == [0, 1, 1, 0, 1, 0]


def test_the_first_reason_stands_and_goes_with_the_labels():
    labels = ChannelLabels()
    one, two = labels.fresh(2), labels.fresh(2)
    labels.keep_whole(two[:1], "an output")
    labels.keep_whole(two, "another")
    labels.tie(one, two)
    assert [labels.reason(each) for each in one.tolist()] == ["an output", "another"]
    assert labels.reason(int(labels.fresh(1)[0])) is None
