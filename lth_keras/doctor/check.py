"""`Check`: the result of one check of `run.py doctor`."""

import dataclasses

FINE, NOTE, WRONG = "fine", "note", "wrong"


@dataclasses.dataclass(frozen=True)
class Check:
    """The result of one check.

    Attributes:
      name: 'Python', 'GPU', …
      seen: the value on this machine, such as '3.11.7'.
      verdict: FINE; NOTE: all works, and it is good to know; WRONG: something will not work.
      advice: what to do; '' where nothing is to do.
    """

    name: str
    seen: str
    verdict: str = FINE
    advice: str = ""
