"""What a verification finds."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that is wrong in a stored run.

    Attributes:
      path: the file, relative to the run.
      problem: what is wrong with it.
      aside: what has to be set aside so that the next run mends it, relative to the run.
      changed: files of the trial whose contents cannot be relied on, relative to the trial.
    """

    path: str
    problem: str
    aside: tuple
    changed: tuple = ()

    def __str__(self):
        return f"{self.path}: {self.problem}"
