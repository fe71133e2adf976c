"""`Finding`: one thing that `verify` has found wrong."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that is wrong in a stored run.

    Attributes:
      path: the file, relative to the run.
      problem: what is wrong with it.
      aside: paths to set aside, relative to the run; the next training command makes them again.
      changed: files of the trial with contents that nobody may rely on, relative to the trial.
    """

    path: str
    problem: str
    aside: tuple
    changed: tuple = ()

    def __str__(self):
        return f"{self.path}: {self.problem}"
