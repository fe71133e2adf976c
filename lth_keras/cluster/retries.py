"""How often a job that failed, or whose worker was lost, is tried again."""

import collections


class Retries:
    """Counts the tries of each job.

    Args:
      allowed: how often a job is tried again after its first try.
    """

    def __init__(self, allowed):
        self._allowed = allowed
        self._tries = collections.Counter()

    def begin(self, key):
        """A try of the job `key` begins."""
        self._tries[key] += 1

    def next_try(self, key):
        """'try 2 of 3' if the job may be tried again; None if it must be given up."""
        tried = self._tries[key]
        return f"try {tried + 1} of {self._allowed + 1}" if tried <= self._allowed else None
