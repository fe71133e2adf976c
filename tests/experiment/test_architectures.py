"""The arguments of a variant's network."""

import types

from lth_keras.experiment.architectures import MatchedWidth, SameArchitecture


def test_the_same_network_and_one_of_the_tickets_size():
    job = types.SimpleNamespace(matched_width=lambda: 0.25)
    assert SameArchitecture().arguments(job) == {} and SameArchitecture().description is None
    assert MatchedWidth().arguments(job) == {"width": 0.25}
    assert MatchedWidth().description.startswith("a narrower dense network")
