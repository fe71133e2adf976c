"""Mask rules: which weights a variant keeps. One half of what makes a variant.

`MaskRule` is the base class; each rule is a short class with a method `masks(job)`.
"""

import dataclasses

import gin

from lth_keras.criteria import Criterion
from lth_keras.criteria.snip import check_examples as check_count
from lth_keras.errors import ConfigurationError, RunError, check_is_a
from lth_keras.experiment.job_context import Arrays, JobContext
from lth_keras.experiment.layer_counts import (
    check_are_layer_densities,
    check_layer_densities,
    layer_counts,
)
from lth_keras.experiment.unnamed_defaults import UNNAMED_DEFAULT
from lth_keras.layer_densities import ErdosRenyiKernel, LayerDensities
from lth_keras.masks import check_given, from_counts
from lth_keras.paths import chain_name, round_name
from lth_keras.pruning.rewinding_schedule import SCOPES


class MaskRule:
    """The base class of mask rules.

    Subclasses are frozen dataclasses with `@gin.configurable`, and override `masks`. A class
    without this base class is refused.

    Attributes:
      chained: whether the mask of a round is made from the variant's own network of the round
        before. Such a variant trains every round up to its last one.
      criterion: the criterion, if the rule prunes; None for IMP's.
      description: the mask's name in a report; None for the name of the class.
    """

    chained: bool = False
    criterion: Criterion | None = None
    description: str | None = None

    def masks(self, job: JobContext) -> Arrays:
        """The masks of the network of `job`.

        Args:
          job: the `JobContext`.

        Returns:
          {key: bool array of the weight's shape} for each prunable weight.
        """
        raise NotImplementedError(f"{type(self).__name__} has no method masks(job)")

    def checked(self, job: JobContext) -> Arrays:
        """`masks`, checked: a bool array of the weight's shape for each prunable weight.

        Raises:
          RunError: they are not; names the rule and the kernel.
        """
        masks = self.masks(job)
        try:
            check_given(masks, job.dense_masks())
        except RunError as error:
            raise RunError(f"{type(self).__name__}.masks: {error}; correct the rule") from error
        return masks

    def needs(self, variant: str, round: int) -> tuple[str, ...]:
        """Names of the networks that it reads at a round, beside IMP's network of that round."""
        return ()

    def check(self, job: JobContext) -> None:
        """Checks, before anything is trained, that the rule can work.

        Raises:
          ConfigurationError: it cannot.
        """
        if self.criterion is not None:
            self.criterion.check(job.context.data)
            self.criterion.check_model(job.context.plain)

    def equals_found(self, round: int, criterion: Criterion) -> bool:
        """Whether it is the mask that IMP finds at `round` by `criterion`, by construction."""
        return False


@gin.configurable
@dataclasses.dataclass(frozen=True)
class KeepAll(MaskRule):
    """Ones: a dense network."""

    description = "all weights"

    def masks(self, job: JobContext) -> Arrays:
        """Ones for each prunable weight of the variant's architecture."""
        return job.dense_masks()


@gin.configurable
@dataclasses.dataclass(frozen=True)
class FoundMask(MaskRule):
    """m: the mask that IMP found for the round."""

    description = "the ticket's mask"

    def masks(self, job: JobContext) -> Arrays:
        """The round's mask, as stored."""
        return job.found_masks()

    def equals_found(self, round: int, criterion: Criterion) -> bool:
        """At every round but 0."""
        return round > 0


@gin.configurable
@dataclasses.dataclass(frozen=True)
class ShuffledMask(MaskRule):
    """m with the groups of each layer in a random order: same density per layer.

    A group is a weight, or what `RewindingSchedule.granularity` says.
    """

    description = "the ticket's mask, shuffled within each layer"

    def masks(self, job: JobContext) -> Arrays:
        """A shuffle of the round's mask, by the variant's own seed."""
        return job.context.grouping.shuffled(_counted_masks(job), job.generator("mask"))


@gin.configurable
@dataclasses.dataclass(frozen=True)
class RandomMask(MaskRule):
    """A random mask with the round's total count, divided among the layers by a rule.

    Attributes:
      layer_densities: how many weights each layer keeps: `ErdosRenyiKernel()`, `Uniform()`, ….

    Raises:
      ConfigurationError: it is no `LayerDensities`.
    """

    layer_densities: LayerDensities = dataclasses.field(default_factory=ErdosRenyiKernel)

    def __post_init__(self):
        check_are_layer_densities(self.layer_densities, "RandomMask.layer_densities")

    @property
    def description(self) -> str:  # type: ignore[override]
        """Says how the weights are divided among the layers."""
        return f"a random mask, {type(self.layer_densities).__name__} by layer"

    def check(self, job: JobContext) -> None:
        """Checks that the layer densities have an answer for the network."""
        check_layer_densities(job, self.layer_densities, "RandomMask.layer_densities")

    def masks(self, job: JobContext) -> Arrays:
        """A draw by the variant's own seed."""
        return from_counts(
            {weight.key: weight.shape for weight in job.prunable},
            layer_counts(job, self.layer_densities), job.generator("mask"))


@gin.configurable
@dataclasses.dataclass(frozen=True)
class PrunedMask(MaskRule):
    """A dense network pruned to the round's counts at once, with no training in between.

    Attributes:
      network: 'trained', round 0's solution (one-shot pruning: LTH, Insights); 'initial', θ_0
        (pruning at initialisation: SNIP, GraSP, SynFlow).
      criterion: what ranks the weights; None for IMP's.
      scope: 'layerwise', to the round's count in each layer; 'global', to its total; None for the
        schedule's.
      iterations: in how many steps, by an exponential schedule; SynFlow's paper takes 100.
      layer_densities: how many weights each layer keeps, in all the round's total count; None for
        what `scope` says.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    network: str = "trained"
    criterion: Criterion | None = None
    scope: str | None = None
    iterations: int = 1
    layer_densities: LayerDensities | None = dataclasses.field(
        default=None, metadata=UNNAMED_DEFAULT)
    description = "pruned at once"

    def __post_init__(self):
        if self.network not in ("trained", "initial"):
            raise ConfigurationError(
                f"PrunedMask.network is {self.network!r}; expected 'trained' or 'initial'"
            )
        if self.criterion is not None:
            check_is_a("PrunedMask.criterion", self.criterion, Criterion, "SNIP")
        if self.scope is not None and self.scope not in SCOPES:
            raise ConfigurationError(
                f"PrunedMask.scope is {self.scope!r}; expected one of {SCOPES}, or None"
            )
        check_count(self.iterations, "PrunedMask.iterations")
        if self.layer_densities is not None:
            check_are_layer_densities(self.layer_densities, "PrunedMask.layer_densities")
            if self.scope is not None:
                raise ConfigurationError(
                    f"PrunedMask has scope {self.scope!r} and layer_densities "
                    f"{self.layer_densities!r}, which both say how many weights each layer keeps; "
                    "leave one of them out"
                )

    def check(self, job: JobContext) -> None:
        """Checks the criterion and the layer densities."""
        super().check(job)
        if self.layer_densities is not None:
            check_layer_densities(job, self.layer_densities, "PrunedMask.layer_densities")

    def needs(self, variant: str, round: int) -> tuple[str, ...]:
        """Round 0's trained network, or only θ_0."""
        return (round_name(0),) if self.network == "trained" else ()

    def equals_found(self, round: int, criterion: Criterion) -> bool:
        """Whether it does the same as IMP's first pruning."""
        return (
            round == 1 and self.network == "trained" and self.scope is None
            and self.iterations == 1 and self.criterion in (None, criterion)
            and self.layer_densities is None
        )

    def masks(self, job: JobContext) -> Arrays:
        """The dense network pruned to the round's counts."""
        weights = (
            job.weights_of(round_name(0)) if self.network == "trained" else job.initial().weights)
        counts = None if self.layer_densities is None else layer_counts(job, self.layer_densities)
        return job.prune(
            weights, job.dense_masks(), self.criterion, self.scope, self.iterations, counts)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class ChainedMask(MaskRule):
    """The variant's own network of the round before, pruned by one more round; first IMP's round 0.

    Attributes:
      criterion: what ranks the weights; None for IMP's.

    Raises:
      ConfigurationError: the criterion is not a `Criterion`.
    """

    criterion: Criterion | None = None
    chained = True
    description = "pruned on from its own round before"

    def __post_init__(self):
        if self.criterion is not None:
            check_is_a("ChainedMask.criterion", self.criterion, Criterion, "Magnitude")

    def needs(self, variant: str, round: int) -> tuple[str, ...]:
        """The variant's own network of the round before."""
        return (chain_name(variant, round - 1),)

    def masks(self, job: JobContext) -> Arrays:
        """The masks after one more pruning."""
        (before,) = self.needs(job.label, job.round)
        return job.prune(job.weights_of(before), job.masks_of(before), self.criterion)


def _counted_masks(job):
    """Masks with as many groups and weights as IMP's of the round; their places say nothing.

    Where the schedule says how many those are, IMP's masks are not read: a mask that is made from
    counts alone costs no search.
    """
    schedule, grouping = job.context.schedule, job.context.grouping
    if schedule.scope != "layerwise" or not grouping.shuffles_counts:
        return job.found_masks()
    return grouping.of_counts(schedule.layer_counts(grouping.rows, job.round))
