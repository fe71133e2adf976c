"""What a check of the doctor tells."""

import dataclasses

FINE, NOTE, WRONG = "fine", "note", "wrong"


@dataclasses.dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
      name: 'Python', 'GPU', …
      seen: the value on this machine, such as '3.11.7'.
      verdict: FINE; NOTE: all works, but a person may want to know; WRONG: something will not work.
      advice: what to do; '' where it is fine.
    """

    name: str
    seen: str
    verdict: str = FINE
    advice: str = ""
