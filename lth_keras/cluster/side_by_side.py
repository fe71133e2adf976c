"""Runs side by side: the jobs of one run or of several, for several workers."""

import contextlib

from lth_keras.cluster.job_queue import JobQueue, QueuedJob
from lth_keras.cluster.retries import Retries
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment.run_recorder import recording
from lth_keras.training import Interrupted

_SECONDS_BETWEEN_LOOKS = 0.25


def execute_side_by_side(runs, open_pool, reporter, retries, should_stop=None,
                         accept_other_versions=False):
    """Does every job of the runs that is not done, several at a time, and writes the tables.

    A job that fails, or whose worker is lost, is tried again. When it is given up, the other jobs
    go on, except those that need it.

    Args:
      runs: [(`Prepared`, `RunRequest`, sinks, title)]; title and sinks as `recording`'s.
      open_pool: function of no argument that gives a context manager of a `RayPool`; called only
        if there is anything to do.
      reporter: a `ProgressDisplay`.
      retries: how often a job is tried again.
      should_stop: asked several times a second; None for never.
      accept_other_versions: go on with a run that was begun with other versions.

    Returns:
      [summary table].

    Raises:
      RunError: the runs stopped, or jobs were given up; the same command goes on with them.
      ConfigurationError: a worker is not on the same experiment.
    """
    with contextlib.ExitStack() as stack:
        recorders = [
            stack.enter_context(recording(prepared, reporter, sinks, accept_other_versions, title))
            for prepared, _, sinks, title in runs
        ]
        jobs = _JobsOfRuns(recorders, [request for _, request, _, _ in runs], reporter, retries)
        jobs.settle()
        if not jobs.queue.is_over:
            with open_pool() as pool:
                try:
                    while not jobs.queue.is_over:
                        if should_stop is not None and should_stop():
                            raise Interrupted
                        jobs.go_on(pool)
                except (Interrupted, RunError, ConfigurationError):
                    pool.stop()
                    raise
        if jobs.failures:
            raise RunError(" || ".join(jobs.failures))
        return [jobs.summaries[index] for index in range(len(runs))]


class _JobsOfRuns:
    """The jobs of all runs, and how far they are."""

    def __init__(self, recorders, requests, reporter, retries):
        self.queue = JobQueue([
            QueuedJob(index, job, job.planned_steps)
            for index, recorder in enumerate(recorders) for job in recorder.prepared.jobs
        ])
        self.summaries, self.failures = {}, []
        self._recorders, self._requests, self._reporter = recorders, requests, reporter
        self._retries, self._begun = Retries(retries), set()

    def settle(self):
        """Settles jobs that need no training, and writes the tables of runs that are finished."""
        while settled := [
            queued for queued in self.queue.ready()
            if self._recorders[queued.run].settled(queued.job)
        ]:
            for queued in settled:
                self.queue.settle(queued)
        left = {queued.run for queued in self.queue.unsettled()}
        for index, recorder in enumerate(self._recorders):
            if index not in left and index not in self.summaries:
                self.summaries[index] = None
                try:
                    self.summaries[index] = recorder.finish()
                except RunError as error:
                    recorder.end("failed", reason=str(error))
                    self.failures.append(str(error))
        self._reporter.chain(self.queue.longest_chain())

    def go_on(self, pool):
        """Gives idle workers their next jobs, and handles what the workers report."""
        for slot in pool.idle():
            queued = self.queue.take(slot.queued)
            if queued is None:
                break
            self._retries.begin(queued.key)
            pool.give(slot, queued, self._requests[queued.run])
        settled = False
        for kind, queued, what in pool.events(_SECONDS_BETWEEN_LOOKS):
            recorder = self._recorders[queued.run]
            if kind == "seen":
                self._begin(recorder, queued)
                if what is not None:
                    recorder.evaluated(queued.job, what)
            elif kind == "done":
                self._begin(recorder, queued)
                self._begun.discard(queued.key)
                self.queue.settle(queued)
                recorder.done(queued.job, what)
                settled = True
            elif kind == "refused":
                raise ConfigurationError(what)
            elif kind == "stopped":
                raise Interrupted
            else:
                self._failed(recorder, queued, what)
                settled = True
        if settled:
            self.settle()

    def _begin(self, recorder, queued):
        # Said when training begins, and not while the worker still imports and loads data.
        if queued.key not in self._begun:
            self._begun.add(queued.key)
            recorder.started(queued.job)

    def _failed(self, recorder, queued, why):
        """Puts a failed job back into the queue, or gives it up after its last try."""
        again = self._retries.next_try(queued.key)
        self._begin(recorder, queued)
        self._begun.discard(queued.key)
        recorder.lost(queued.job, why)
        if again:
            self._reporter.note(f"{recorder.label(queued.job)}: {again}")
            self.queue.give_back(queued)
        else:
            recorder.given_up(queued.job, why)
            self.queue.settle(queued)
