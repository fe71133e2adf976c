"""Which job is next: the jobs of one run or of several, and how far they are. Ray is not used."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class QueuedJob:
    """A job of one of the runs.

    Attributes:
      run: index of its run.
      job: `Job`.
      steps: updates that it will make.
    """

    run: int
    job: object
    steps: int

    @property
    def key(self):
        """(run, trial, name): different for any two jobs."""
        return (self.run, self.job.trial, self.job.name)

    @property
    def needs(self):
        """Keys of the jobs that have to be settled before it."""
        return tuple((self.run, self.job.trial, name) for name in self.job.needs)

    @property
    def architecture(self):
        """Equal for jobs that train the same architecture, as far as is known before: a worker
        compiles it once."""
        return (self.run, self.job.variant and self.job.variant.architecture,
                self.job.round if self.job.variant else None)


class JobQueue:
    """Hands out jobs whose needs are settled. The job that begins the longest chain comes first.

    A job is settled when nothing more will come of it: done, stored before, left out, given up.

    Args:
      jobs: `QueuedJob`s, each after those it needs.
    """

    def __init__(self, jobs):
        self._waiting = {queued.key: queued for queued in jobs}
        self._taken = {}
        self._chain = {}
        followers = {key: [] for key in self._waiting}
        for queued in jobs:
            for need in queued.needs:
                followers[need].append(queued.key)
        for queued in reversed(jobs):
            self._chain[queued.key] = queued.steps + max(
                (self._chain[key] for key in followers[queued.key]), default=0)

    @property
    def is_over(self):
        """Whether every job is settled."""
        return not self._waiting and not self._taken

    def ready(self):
        """The jobs that may be taken, in the graph's order."""
        return [
            queued for queued in self._waiting.values()
            if not any(need in self._waiting or need in self._taken for need in queued.needs)
        ]

    def take(self, held=None):
        """The job to do next, or None while none is ready.

        Args:
          held: the last job of the worker that asks. The worker has that run's data loaded and
            that architecture compiled.
        """
        def order(queued):
            return (
                held is not None and queued.run != held.run,
                -self._chain[queued.key],
                held is not None and queued.architecture != held.architecture,
            )

        ready = self.ready()
        if not ready:
            return None
        queued = min(ready, key=order)
        self._taken[queued.key] = self._waiting.pop(queued.key)
        return queued

    def settle(self, queued):
        """Marks a job as settled: the jobs that need it may start, or learn that they cannot."""
        self._waiting.pop(queued.key, None)
        self._taken.pop(queued.key, None)

    def give_back(self, queued):
        """Puts a job that was taken back into the queue, to be done again."""
        self._waiting[queued.key] = self._taken.pop(queued.key)

    def longest_chain(self):
        """Steps of the longest chain of jobs that are not settled, each waiting for another."""
        return max((self._chain[queued.key] for queued in self.unsettled()), default=0)

    def unsettled(self):
        """The jobs that are not settled."""
        return [*self._waiting.values(), *self._taken.values()]
