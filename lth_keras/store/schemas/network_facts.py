"""done.json of a network's folder: its facts, its files' checksums, and what it was made from."""

import re
from typing import Annotated, Literal

import pydantic

from lth_keras.store.schemas.facts_counts import check_facts
from lth_keras.store.schemas.parts import (
    Checksums,
    Count,
    FolderName,
    Json,
    KerasConfig,
    Key,
    Open,
    Positive,
    Seconds,
    Sha256,
    Share,
    Strict,
    Text,
    Variables,
)

_FINAL = re.compile(r"final_test_[a-z][a-z0-9_]*")
# Without one of these a folder holds no network.
_ALWAYS = {"masks.npz", "weights.npz", "metrics.csv"}


class MadeFrom(Strict):
    """What a network was made from; if any of it changes, the network must be trained again.

    Attributes:
      files: {file of the trial or of another of its networks: its SHA-256}.
      data: the data's fingerprint.
      configuration: SHA-256 of the resolved configuration.
    """

    files: Checksums
    data: Text
    configuration: Sha256


class HistogramDistance(Strict):
    """Distance between the two ways of sampling a distribution."""

    kolmogorov_smirnov: float
    wasserstein: float


class KeptFrom(Strict):
    """How many weights each layer kept from a step on."""

    from_step: Count
    weights: dict[Key, Count]


class MaskUpdatesFacts(Strict):
    """How the masks of a network changed while it trained.

    Attributes:
      rule: the update rule's class.
      updates: how many there were.
      dense_gradients: whether each computed the gradients of all weights, of one batch.
      dense_moments: whether each step of the optimizer did.
      kept: how many weights were kept, the first entry from the start on.
    """

    rule: Text
    updates: Count
    dense_gradients: bool
    dense_moments: bool
    kept: Annotated[list[KeptFrom], pydantic.Field(min_length=1)]


class EarlyBirdFacts(Strict):
    """The masks that were drawn while round 0 trained.

    Attributes:
      found_at: the step at which they had come to rest, or null.
      window: how many masks are compared.
      distance: how far apart they may be.
      stops: whether training ended there.
    """

    found_at: Count | None
    window: Positive
    distance: Share
    stops: bool


class Told(Open):
    """What a rule told of its work: the parts that are read again, and others for people."""

    # {key: weights that a learned mask kept at an update, on average}.
    mean_kept: dict[Key, Seconds] = {}
    early_bird: EarlyBirdFacts = None


class NetworkFacts(Strict):
    """done.json of a network without its seal, and `final_test_<metric>` for the task's metric."""

    model_config = pydantic.ConfigDict(extra="allow")

    trial: Positive
    unit: FolderName
    variant: FolderName
    round: Count
    density: Share
    kept_weights: dict[Key, Count]
    # {row of the granularity: groups kept}, where a group is more than one weight.
    kept_groups: dict[Key, Count] | None = None
    collapsed_layers: list[Text] = []
    prunable_weights: Count
    architecture: dict[Text, Json]
    start_step: Count
    steps: Count
    diverged: bool
    weights_rule: Text | None = None
    starts_from: Literal["initial", "rewind"] | None = None
    # 'initial': pruned weights are not zero, they are what they were at the start.
    pruned: Literal["initial"] | None = None
    equal_to: FolderName | None = None
    # The round whose last biases its training began with, where they are never set back.
    biases_from: FolderName | None = None
    histogram_distance: dict[Text, HistogramDistance] | None = None
    told: Told = Told()
    mask_updates: MaskUpdatesFacts | None = None
    train_seconds: Seconds
    evaluate_seconds: Seconds
    # Of the process that stored it, since it began.
    peak_memory_bytes: Count | None = None
    model: KerasConfig | None = None
    variables: Variables | None = None
    files: Checksums
    made_from: MadeFrom

    @pydantic.model_validator(mode="after")
    def _fits_together(self):
        missing = sorted(_ALWAYS - set(self.files))
        if missing:
            raise ValueError(f"files has no {missing[0]}")
        check_facts(self)
        for key, value in self.model_extra.items():
            if not _FINAL.fullmatch(key):
                raise ValueError(f"it has a key {key!r:.80}, which this program does not write")
            if value is not None and type(value) not in (int, float):
                raise ValueError(f"{key} is {value!r:.80}; expected a number, or null")
        if len(self.model_extra) > 1:
            raise ValueError(f"it has {len(self.model_extra)} final values; expected one")
        return self
