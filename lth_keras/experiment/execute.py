"""Does an experiment's jobs one after the other, in this process."""

import functools

from lth_keras.experiment import multi_worker
from lth_keras.experiment.run_recorder import recording
from lth_keras.experiment.train_job import do_job
from lth_keras.training import Interrupted


def execute(prepared, reporter, sinks=(), accept_other_versions=False, title=""):
    """Does every job that is not done, one after the other, and writes the tables.

    Args:
      prepared: what `prepare` gave.
      reporter: a `ProgressDisplay`, or anything with its methods.
      sinks: `Sink`s, which are told of each job.
      accept_other_versions: go on with a run that was begun with other versions.
      title: put before the jobs' labels, if several runs go on at once.

    Returns:
      The summary table.

    Raises:
      RunError: the run stopped; the same command goes on with it.
      ConfigurationError: the run was begun with other versions.
    """
    should_stop = prepared.context.should_stop
    with multi_worker.leading(prepared.context), \
            recording(prepared, reporter, sinks, accept_other_versions, title) as recorder:
        for job in prepared.jobs:
            if recorder.settled(job):
                continue
            if should_stop is not None and should_stop():
                raise Interrupted
            recorder.started(job)
            outcome = do_job(job, sinks, functools.partial(recorder.evaluated, job))
            recorder.done(job, outcome)
        return recorder.finish()
