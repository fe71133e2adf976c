"""run.json: the experiment, its data and machine, and how far the run came."""

from typing import Annotated

import pydantic

from lth_keras.errors import ConfigurationError
from lth_keras.metric import Metric
from lth_keras.store.schemas.header_counts import check_counts
from lth_keras.store.schemas.parts import (
    Checksums,
    Count,
    DurationText,
    FolderName,
    Json,
    Key,
    Number,
    Open,
    Positive,
    Seconds,
    Sha256,
    Strict,
    TableName,
    Text,
    Variables,
)
from lth_keras.store.schemas.run_configuration import Configuration

Margin = Annotated[float, pydantic.Field(ge=0, allow_inf_nan=False)]
_STATES = ("running", "stopped", "failed", "done")


class DataFacts(Strict):
    """What was loaded."""

    name: Text
    requested: Text
    fallback_reason: Text | None
    fingerprint: Text
    input_shape: list[Positive]
    classes: Positive
    examples: dict[Text, Count]
    inputs: Json = None
    # {setting: [bound, used]} of what changed because of a fallback.
    fallback_changes: dict[
        Text, Annotated[list[Json], pydantic.Field(min_length=2, max_length=2)]] = {}


class Machine(Strict):
    """Where it ran last."""

    host: Text | None = None
    system: Text
    cores: Positive | None
    processor: Text | None
    gpus: list[Text]


class Published(Strict):
    """A `PublishedFigure`."""

    variant: Text
    round: Count
    metric: Text
    value: Number
    source: Text
    tolerance: Number | None
    tolerance_ratio: Number | None

    @pydantic.model_validator(mode="after")
    def _is_a_figure(self):
        ratio = self.tolerance_ratio
        if (self.tolerance is None) == (ratio is None):
            raise ValueError("it has not exactly one of tolerance and tolerance_ratio")
        if (ratio is None and self.tolerance < 0) or (ratio is not None and (
                ratio < 1 or self.value <= 0)):
            raise ValueError("its tolerance is below 0, or its tolerance_ratio below 1")
        return self


class KernelFacts(Strict):
    """A matrix of the model: whether it is pruned, and how often it is applied to an example."""

    layer: Text
    type: Text
    kernel: Text
    shape: Annotated[list[Count], pydantic.Strict(False)]  # JSON has no tuples.
    kind: Text | None
    pruned: bool
    why: Text
    positions: Count | None = None


class TaskFacts(Open):
    """What a network is trained for; the other fields depend on the task's class."""

    kind: Text = pydantic.Field("Classification", alias="class")


class MetricFacts(Strict):
    """A `Metric`."""

    name: Text
    words: Text
    unit: Text
    is_share: bool
    higher_is_better: bool
    margin: Margin

    @pydantic.model_validator(mode="after")
    def _is_a_metric(self):
        try:
            Metric(**self.model_dump())
        except ConfigurationError as error:
            raise ValueError(str(error)) from error
        return self


class GroupFacts(Strict):
    """The groups that the schedule counts, where a group is more than one weight."""

    # What one is called: 'block', 'unit'.
    name: Text
    granularity: Text
    # {row: how many groups it has}.
    sizes: dict[Key, Count]
    kept_by_round: list[Count]
    kept_by_round_and_row: list[dict[Key, Count]] | None


class RunHeader(Strict):
    """run.json without its seal."""

    run: FolderName
    experiment: Text | None
    format: Positive = 1
    state: Text
    reason: str | None = None
    data: DataFacts
    versions: dict[Text, Text | None]
    continued_with: list[dict[Text, Text | None]] = []
    installed: dict[Text, Text | None] = {}
    machine: Machine
    distribution: dict[Text, Json] = {}
    seed: int
    trials: Positive
    trial_seeds: list[Count]
    started: Text
    updated: Text = ""
    seconds: Seconds | None = None
    configuration: Configuration
    duration: DurationText
    round_duration: DurationText
    steps_per_epoch: Positive
    rewind_step: Count = 0
    prunable_weights: dict[Key, Count]
    variables: Variables
    # A row for each matrix: whether it is pruned, and as which kind.
    kernels: list[KernelFacts] = []
    # None where it follows from which groups stay, and not from how many.
    kept_by_round: list[Count | None]
    kept_by_round_and_layer: list[dict[Key, Count]] | None = None
    groups: GroupFacts | None = None
    # JSON has lists of two, no tuples.
    units: list[Annotated[tuple[Positive, FolderName], pydantic.Strict(False)]]
    traces: list[dict[Text, Count]] = []
    published: list[Published]
    descriptions: list[Annotated[tuple[Text, Text], pydantic.Strict(False)]] = []
    task: TaskFacts | None = None
    metrics: Annotated[list[MetricFacts], pydantic.Field(min_length=1)]
    margin: Margin
    operative: str = ""
    skipped: dict[Text, str] = {}
    failed: dict[Text, str] = {}
    tables: dict[TableName, Sha256] = {}
    # 'trial_01/round_00': the SHA-256 of its done.json.
    networks: Checksums = {}

    @pydantic.model_validator(mode="after")
    def _fits_together(self):
        if self.state not in _STATES:
            raise ValueError(f"state is {self.state!r}; expected one of {', '.join(_STATES)}")
        if self.state == "done" and "metrics.csv" not in self.tables:
            raise ValueError("the run is done, and tables does not vouch for metrics.csv")
        if len(self.trial_seeds) != self.trials:
            raise ValueError(f"there are {len(self.trial_seeds)} trial_seeds, and trials is "
                             f"{self.trials}")
        if len(set(self.units)) < len(self.units) or any(
                trial > self.trials for trial, _ in self.units):
            raise ValueError("units names a network twice, or one of a trial that is none")
        check_counts(self)
        return self
