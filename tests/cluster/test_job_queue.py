"""Which job is next, without Ray."""

import types

from lth_keras.cluster.job_queue import JobQueue, QueuedJob


def queued(name, needs=(), steps=10, trial=1, run=0, architecture="same"):
    variant = None
    if not name.startswith("round"):
        variant = types.SimpleNamespace(architecture=architecture)
    job = types.SimpleNamespace(trial=trial, name=name, needs=needs, variant=variant, round=0)
    return QueuedJob(run, job, steps)


def chain(trial=1, run=0):
    """Three rounds of 10 steps; a ticket after round 1 and a full network after round 0, of 40."""
    return [
        queued("round_00", (), 10, trial, run), queued("round_01", ("round_00",), 10, trial, run),
        queued("round_02", ("round_01",), 10, trial, run),
        queued("ticket", ("round_01",), 40, trial, run),
        queued("full", ("round_00",), 40, trial, run),
    ]


def names(jobs):
    return [(each.job.trial, each.job.name) for each in jobs]


def test_what_is_ready_and_the_longest_chain_first():
    queue = JobQueue(chain(1) + chain(2))
    assert names(queue.ready()) == [(1, "round_00"), (2, "round_00")]
    assert queue.longest_chain() == 60
    first, second = queue.take(), queue.take()
    assert names([first, second]) == [(1, "round_00"), (2, "round_00")]
    assert queue.take() is None and not queue.is_over
    queue.settle(first)
    # round_01 leads to the ticket: 50 steps; the full network is 40.
    assert names([queue.take(), queue.take()]) == [(1, "round_01"), (1, "full")]


def test_every_job_is_handed_out_once_and_after_its_needs():
    queue, order = JobQueue(chain(1) + chain(2)), []
    while not queue.is_over:
        taken = queue.take()
        assert all(need in [each.key for each in order] for need in taken.needs)
        order.append(taken)
        queue.settle(taken)
    assert len({each.key for each in order}) == len(order) == 10
    assert queue.longest_chain() == 0


def test_a_job_given_back_is_taken_again():
    queue = JobQueue(chain())
    first = queue.take()
    queue.give_back(first)
    assert queue.take() is first
    queue.settle(first)
    assert names(queue.ready()) == [(1, "round_01"), (1, "full")]


def test_a_worker_keeps_its_run_and_its_architecture():
    queue = JobQueue(chain(run=0) + chain(run=1))
    assert queue.take(held=queued("round_00", run=1)).run == 1
    leaves = JobQueue([queued(name, architecture=name) for name in ("narrow", "wide", "full")])
    assert leaves.take(held=queued("x", architecture="wide")).job.name == "wide"
    assert leaves.take(held=queued("x", architecture="wide")).job.name == "narrow"
