"""card.json: what an export is; a run keeps a copy for its report."""

from typing import Annotated

import pydantic

from lth_keras.store.schemas.parts import (
    Checksums,
    Count,
    FolderName,
    Json,
    Key,
    Number,
    Positive,
    Seconds,
    Sha256,
    Share,
    Strict,
    Text,
)
from lth_keras.store.schemas.run_header import DataFacts


class Preprocessing(Strict):
    """How a raw example becomes the network's input."""

    formula: Text
    scale: Number
    mean: Json
    std: Json


class Input(Strict):
    """What an exported network takes."""

    form: Text
    shape: list[Positive]
    preprocessing: Preprocessing
    labels: list[Text] | None


class LayerCost(Strict):
    """The cost of one kernel."""

    key: Key
    shape: list[Count]
    size: Count
    nonzero: Count
    density: Share
    flops: Count | None
    effective_flops: Count | None


class Totals(Strict):
    """Sums over the kernels."""

    parameters: Count
    prunable_weights: Count
    nonzero: Count
    density: Share
    flops: Count | None
    effective_flops: Count | None


class Provenance(Strict):
    """Where a network comes from."""

    run: Text
    experiment: Text | None
    trial: Positive
    unit: FolderName
    variant: FolderName
    round: Count
    steps: Count
    start_step: Count
    trial_seed: Count
    versions: dict[Text, Text | None]
    stored_files: Checksums


class RemovedUnits(Strict):
    """How many units of a layer are left without the dead ones."""

    layer: Text
    before: Count
    after: Count


class Compaction(Strict):
    """The effect of removing dead units, done or not."""

    applied: bool
    units: list[RemovedUnits]
    parameters_before: Count
    parameters_after: Count
    # Why it cannot be done; then both counts are the network's own.
    failed: Text | None = None


class Nonzero(Strict):
    """How many weights of a kernel are not zero in a format."""

    key: Key
    size: Count
    least: Count
    most: Count


Taken = Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]
# [lower, upper] over the turns of all processes.
Quartiles = Annotated[list[Seconds], pydantic.Field(min_length=2, max_length=2)]
# The batches whose calls are timed.
_TIMED = {"1", "256"}


class Beside(Strict):
    """Another network of the run in the same format: the dense one, or one of the ticket's size."""

    bytes: Positive
    bytes_gzipped: Positive
    parameters: Count = 0  # 0 in cards of before, which do not say it.
    seconds: dict[Text, Taken]
    quartiles: dict[Text, Quartiles] = {}


class TimingFacts(Strict):
    """How latencies were measured."""

    processes: Positive
    # Cores that other programs used meanwhile.
    others: Seconds | None
    matched: FolderName | None


class FormatEntry(Strict):
    """One format of an export."""

    path: Text
    input: Text | None = None
    needs: list[Text]
    tolerance: Number | None = None
    metric_tolerance: Number | None = None
    nonzero: list[Nonzero]
    bytes: Count
    bytes_gzipped: Count
    files: dict[Text, Sha256]
    load: list[Text]
    verified: dict[Text, Json] = {}
    seconds: dict[Text, Taken] | None = None
    quartiles: dict[Text, Quartiles] = {}
    dense: Beside = None
    matched: Beside = None

    @pydantic.model_validator(mode="after")
    def _is_timed(self):
        timed = [each for each in (self.dense, self.matched) if each is not None]
        for each in [self, *timed] if timed else ():
            if not _TIMED <= set(each.seconds or ()) or not set(each.quartiles) <= set(
                    each.seconds):
                raise ValueError("it is compared with another network, and has not the seconds "
                                 "of batches 1 and 256")
        return self


class ExportCard(Strict):
    """card.json; a run's copy has a seal too. One more key has the name of the metric and holds its
    values: 'accuracy': {'test': …}."""

    model_config = pydantic.ConfigDict(extra="allow")

    title: Text
    what: Text
    lth_keras: Text
    input: Input
    # How to read its outputs, and the metric that judges them.
    output: dict[Text, Json] = {}
    data: DataFacts
    weights: Text
    layers: list[LayerCost]
    totals: Totals
    provenance: Provenance
    compaction: Compaction | None
    machine: dict[Text, Json]
    formats: dict[Text, FormatEntry]
    timing: TimingFacts | None = None

    @pydantic.model_validator(mode="after")
    def _is_judged_once(self):
        for key, values in self.model_extra.items():
            if not isinstance(values, dict) or not all(
                    type(each) in (int, float) for each in values.values()):
                raise ValueError(f"it has a key {key!r:.80}, which this program does not write")
        if len(self.model_extra) > 1:
            raise ValueError("it is judged by more than one metric")
        return self

    @pydantic.model_validator(mode="after")
    def _is_timed(self):
        if self.timing is None:
            return self
        timed = [entry for entry in self.formats.values() if entry.dense is not None]
        if not timed:
            raise ValueError("timing says how, and no format was timed")
        for entry in timed:
            known = [entry, entry.dense, *([entry.matched] if self.timing.matched else [])]
            if not all(each is not None and _TIMED <= set(each.quartiles) for each in known):
                raise ValueError("timing says how, and a format that was timed has no quartiles")
        return self
