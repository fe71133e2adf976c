"""drawn.json beside an event file: times and norms that no other file of the run has."""

from typing import Annotated

import pydantic

from lth_keras.store.schemas.parts import Number, Seconds, Sha256, Strict

# The time of the evaluation, and the norm of the gradient, or null where it was not measured.
_Noted = Annotated[list[Number | None], pydantic.Field(min_length=2, max_length=2)]


class DrawnEvents(Strict):
    """drawn.json without its seal.

    Attributes:
      file: the event file's name.
      checksum: its SHA-256.
      stored: when the network, or the last trial of a mean, was stored; for the run's own file,
        when it was written.
      noted: {step: [time of its evaluation, norm of the gradient]}.
    """

    file: Annotated[str, pydantic.Field(
        pattern=r"^events\.out\.tfevents\.[0-9]{1,20}(\.[0-9]{2,9}_trials)?$")]
    checksum: Sha256
    stored: Seconds
    noted: dict[Annotated[str, pydantic.Field(pattern=r"^[0-9]{1,18}$")], _Noted]
