"""Runs side by side: the jobs of one run or of several, for several workers."""

import collections
import contextlib

from lth_keras.cluster.job_queue import JobQueue, QueuedJob
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment.run_recorder import recording
from lth_keras.training import Interrupted

_SECONDS_BETWEEN_LOOKS = 0.25


def execute_side_by_side(runs, open_pool, reporter, retries, should_stop=None,
                         accept_other_versions=False):
    """Does every job of the runs that is not done, several at a time, and writes the tables.

    A job that fails, or whose worker is lost, is tried again; when it is given up, the others go
    on, but for those that need it.

    Args:
      runs: [(`Prepared`, `RunOrder`, sinks, title)]; title and sinks as `recording`'s.
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
        runnings = [
            stack.enter_context(recording(prepared, reporter, sinks, accept_other_versions, title))
            for prepared, _, sinks, title in runs
        ]
        work = _Work(runnings, [order for _, order, _, _ in runs], reporter, retries)
        work.settle()
        if not work.schedule.is_over:
            with open_pool() as pool:
                try:
                    while not work.schedule.is_over:
                        if should_stop is not None and should_stop():
                            raise Interrupted
                        work.go_on(pool)
                except (Interrupted, RunError, ConfigurationError):
                    pool.stop()
                    raise
        if work.failures:
            raise RunError(" || ".join(work.failures))
        return [work.summaries[index] for index in range(len(runs))]


class _Work:
    """The runs' jobs, and how far they are."""

    def __init__(self, runnings, orders, reporter, retries):
        self.schedule = JobQueue([
            QueuedJob(index, job, job.planned_steps)
            for index, running in enumerate(runnings) for job in running.prepared.jobs
        ])
        self.summaries, self.failures = {}, []
        self._runnings, self._jobs, self._reporter, self._retries = (
            runnings, orders, reporter, retries)
        self._attempts, self._begun = collections.Counter(), set()

    def settle(self):
        """Settles what needs no training, and writes the tables of runs that are over."""
        found = True
        while found:
            found = [
                task for task in self.schedule.ready()
                if self._runnings[task.run].settled(task.job)
            ]
            for task in found:
                self.schedule.settle(task)
        left = {task.run for task in self.schedule.unsettled()}
        for index, running in enumerate(self._runnings):
            if index not in left and index not in self.summaries:
                self.summaries[index] = None
                try:
                    self.summaries[index] = running.finish()
                except RunError as error:
                    running.end("failed", reason=str(error))
                    self.failures.append(str(error))
        self._reporter.chain(self.schedule.longest_chain())

    def go_on(self, pool):
        """Gives idle workers their next tasks, and takes in what happened."""
        for slot in pool.idle():
            task = self.schedule.take(slot.task)
            if task is None:
                break
            self._attempts[task.key] += 1
            pool.give(slot, task, self._jobs[task.run])
        settled = False
        for kind, task, what in pool.events(_SECONDS_BETWEEN_LOOKS):
            running = self._runnings[task.run]
            if kind == "seen":
                self._begin(running, task)
                if what is not None:
                    running.evaluated(task.job, what)
            elif kind == "done":
                self._begin(running, task)
                self._begun.discard(task.key)
                self.schedule.settle(task)
                running.done(task.job, what)
                settled = True
            elif kind == "refused":
                raise ConfigurationError(what)
            elif kind == "stopped":
                raise Interrupted
            else:
                self._failed(running, task, what)
                settled = True
        if settled:
            self.settle()

    def _begin(self, running, task):
        # Told when it trains, and not while its worker still imports and loads.
        if task.key not in self._begun:
            self._begun.add(task.key)
            running.started(task.job)

    def _failed(self, running, task, why):
        """Gives a task back, or up."""
        tried = self._attempts[task.key]
        self._begin(running, task)
        self._begun.discard(task.key)
        running.lost(task.job, why)
        if tried <= self._retries:
            self._reporter.note(
                f"{running.label(task.job)}: try {tried + 1} of {self._retries + 1}")
            self.schedule.give_back(task)
        else:
            running.given_up(task.job, why)
            self.schedule.settle(task)
