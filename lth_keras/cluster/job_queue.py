"""Which job is next: the graphs of one run or of several, and how far they are. No Ray in here."""

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
        """What tells it from all others."""
        return (self.run, self.job.trial, self.job.name)

    @property
    def needs(self):
        """Keys of the tasks that have to be settled before it."""
        return tuple((self.run, self.job.trial, name) for name in self.job.needs)

    @property
    def architecture(self):
        """What a worker compiles once: equal for tasks that share it."""
        return (self.run, self.job.variant and self.job.variant.architecture,
                self.job.round if self.job.variant else None)


class JobQueue:
    """Hands out tasks whose needs are settled, the start of the longest chain first.

    A task is settled when nothing more will come of it: done, stored before, left out, given up.

    Args:
      tasks: `QueuedJob`s, each after those it needs.
    """

    def __init__(self, tasks):
        self._waiting = {task.key: task for task in tasks}
        self._taken = {}
        self._chain = {}
        followers = {key: [] for key in self._waiting}
        for task in tasks:
            for need in task.needs:
                followers[need].append(task.key)
        for task in reversed(tasks):
            self._chain[task.key] = task.steps + max(
                (self._chain[key] for key in followers[task.key]), default=0)

    @property
    def is_over(self):
        """Whether every task is settled."""
        return not self._waiting and not self._taken

    def ready(self):
        """The tasks that may be taken, in the graph's order."""
        return [
            task for task in self._waiting.values()
            if not any(need in self._waiting or need in self._taken for need in task.needs)
        ]

    def take(self, held=None):
        """The task to do next, or None while none is ready.

        Args:
          held: the last task of the worker that asks: it has that run's data loaded and that
            architecture compiled.
        """
        def order(task):
            return (
                held is not None and task.run != held.run,
                -self._chain[task.key],
                held is not None and task.architecture != held.architecture,
            )

        ready = self.ready()
        if not ready:
            return None
        task = min(ready, key=order)
        self._taken[task.key] = self._waiting.pop(task.key)
        return task

    def settle(self, task):
        """Nothing more will come of the task; what needs it may go on, or learn that it cannot."""
        self._waiting.pop(task.key, None)
        self._taken.pop(task.key, None)

    def give_back(self, task):
        """The task was taken and is to be done again."""
        self._waiting[task.key] = self._taken.pop(task.key)

    def longest_chain(self):
        """Steps of the longest chain of tasks that are not settled, each waiting for another."""
        return max((self._chain[task.key] for task in self.unsettled()), default=0)

    def unsettled(self):
        """The tasks that are not settled."""
        return [*self._waiting.values(), *self._taken.values()]
