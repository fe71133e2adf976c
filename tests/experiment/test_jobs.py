"""Jobs in their order: what is needed goes first, and must be there."""

import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.experiment.jobs import Job, in_order


def job(name, *needs, **more):
    return Job(1, name, 1, procedure=None, needs=needs, **more)


def test_each_job_moves_up_before_the_first_that_needs_it():
    jobs = [job("a", "c"), job("b"), job("c", "d"), job("d")]
    assert [each.name for each in in_order(jobs)] == ["d", "c", "a", "b"]


def test_a_job_that_is_needed_and_not_there_is_named():
    with pytest.raises(ConfigurationError, match="the variant 'imp' needs 'b', which the exper"):
        in_order([job("a", "b")])


def test_a_circle_is_named():
    with pytest.raises(ConfigurationError, match="in a circle: a needs b needs c needs a; correct"):
        in_order([job("a", "b"), job("b", "c"), job("c", "a")])
