"""ticket.json: what a bare ticket holds and where it comes from."""

import pydantic

from lth_keras.store.schemas.export_card import Input, Provenance
from lth_keras.store.schemas.parts import Count, Json, KerasConfig, Positive, Sha256, Strict, Text
from lth_keras.store.schemas.run_header import DataFacts

_FILES = {"masks.npz", "weights.npz"}


class TicketCard(Strict):
    """ticket.json without its seal; keys that are only for people may be missing."""

    format: Positive
    step: Count
    files: dict[Text, Sha256]
    title: Text | None = None
    what: Text | None = None
    input: Input | None = None
    output: dict[Text, Json] = {}
    data: DataFacts | None = None
    provenance: Provenance | None = None
    configuration: KerasConfig | None = None

    @pydantic.model_validator(mode="after")
    def _has_its_files(self):
        if set(self.files) != _FILES:
            raise ValueError(f"files has {sorted(self.files)}; expected {sorted(_FILES)}")
        return self
