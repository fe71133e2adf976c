"""Weight rules: the weights that a variant's training starts from. A variant is a mask rule, a
weight rule and an architecture.

`WeightRule` is the base class; each rule is a short class with a method `point(job, masks)`.
"""

import dataclasses

import gin
import numpy as np

from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment.job_context import Arrays, JobContext
from lth_keras.initializers import EmpiricalDistribution, EmpiricalHistogram, EmpiricalValues
from lth_keras.paths import chain_name
from lth_keras.rewinding import RewindPoint

SOURCES = ("initial", "trained", "dense_initial")
POOLS = ("global", "layer")
SAMPLINGS = ("values", "histogram")


class WeightRule:
    """The base class of weight rules.

    Subclasses are frozen dataclasses with `@gin.configurable`, and override `point`. A class
    without this base class is refused.

    Attributes:
      rewinds: whether training starts at the step of the rewind point and not at step 0. Where
        round 0 diverged before it, a network whose rule rewinds is left out.
      goes_on: whether training goes on from the last step of the network that it needs.
      equals: 'initial' or 'rewind' where the start is exactly mask × θ_0 or mask × θ_k, so that
        `verify` can check it; None where it is neither.
      description: the words for the starting weights in a report; None for the class's name.
    """

    rewinds: bool = False
    goes_on: bool = False
    equals: str | None = None
    description: str | None = None

    def point(self, job: JobContext, masks: Arrays) -> RewindPoint:
        """The weights that training starts from, their step and the optimizer's state there.

        Args:
          job: the `JobContext`.
          masks: the network's masks; the weights are masked afterwards, not here.
        """
        raise NotImplementedError(f"{type(self).__name__} has no method point(job, masks)")

    def needs(self, variant: str, round: int) -> tuple[str, ...]:
        """Names of the networks that it reads at a round, beside IMP's network of that round."""
        return ()

    def check(self, job: JobContext) -> None:
        """Checks, before anything is trained, that the rule can work.

        Raises:
          ConfigurationError: it cannot.
        """


@gin.configurable
@dataclasses.dataclass(frozen=True)
class InitialWeights(WeightRule):
    """θ_0, byte for byte, and training from step 0."""

    equals = "initial"
    description = "the initial weights"

    def point(self, job: JobContext, masks: Arrays) -> RewindPoint:
        """The trial's initialisation."""
        return job.initial()


@gin.configurable
@dataclasses.dataclass(frozen=True)
class RewoundWeights(WeightRule):
    """θ_k with the optimizer's state and step: θ_0 where the schedule rewinds to 0."""

    rewinds = True
    equals = "rewind"
    description = "the weights of the rewind point"

    def point(self, job: JobContext, masks: Arrays) -> RewindPoint:
        """The trial's rewind point."""
        return job.rewind_point()


@gin.configurable
@dataclasses.dataclass(frozen=True)
class FreshDraw(WeightRule):
    """A fresh draw from D_θ, the model's own initializers, kernels and biases alike."""

    description = "a fresh draw from the initializers"

    def check(self, job: JobContext) -> None:
        """Checks that there is chance to draw from; see `_check_draws`."""
        _check_draws(job)

    def point(self, job: JobContext, masks: Arrays) -> RewindPoint:
        """An initialisation by the variant's own seed."""
        return RewindPoint(job.fresh_weights())


@gin.configurable
@dataclasses.dataclass(frozen=True)
class EmpiricalDraw(WeightRule):
    """Kernels sampled from D_n, the empirical distribution of the ticket's non-zero weights.

    The Distributions paper's text says D_n = nonzero(m ⊙ θ_0) (`source='initial'`); its code
    pools the trained survivors, those that the mask was made from (`source='trained'`). Its code
    also has D_0, the non-zero values of all of θ_0 (`source='dense_initial'`).
    All other variables are those of θ_0, or of a fresh draw if the architecture is another one.
    done.json has the distance between the two ways of sampling as `histogram_distance`, for each
    distribution that was used.

    Attributes:
      source: 'initial', 'trained' or 'dense_initial'.
      pool: 'global', one distribution for all layers; 'layer', each layer its own.
      sampling: 'values', with replacement; 'histogram', by the inverse CDF over its bins.
    """

    source: str = "initial"
    pool: str = "global"
    sampling: str = "values"

    @property
    def description(self) -> str:  # type: ignore[override]
        """Says which weights' distribution it is."""
        return f"a draw from the ticket's distribution of {self.source} weights"

    def __post_init__(self):
        for name, allowed in (("source", SOURCES), ("pool", POOLS), ("sampling", SAMPLINGS)):
            if getattr(self, name) not in allowed:
                raise ConfigurationError(
                    f"EmpiricalDraw.{name} is {getattr(self, name)!r}; expected one of {allowed}"
                )

    def point(self, job: JobContext, masks: Arrays) -> RewindPoint:
        """θ_0 with its kernels drawn anew, at step 0; not those of which the mask keeps nothing.

        Raises:
          RunError: a layer of which the mask keeps weights has no distribution of its own, because
            the ticket has no weight there, or zeros only.
        """
        weights = dict(job.base_weights())
        path = job.distribution(self.source)
        distribution = EmpiricalDistribution.load(path)
        # Pruning may have left a layer without weights, and so without a distribution of its own.
        kept = [key for key, mask in masks.items() if mask.any()]
        initializer = EmpiricalValues if self.sampling == "values" else EmpiricalHistogram
        try:
            job.told["histogram_distance"] = {
                layer or "global": distribution.distance(layer)
                for layer in (kept if self.pool == "layer" else (None,))
            }
            for key in kept:
                layer = key if self.pool == "layer" else None
                draw = initializer(str(path), layer, seed=job.seed("re-initialisation", key))
                weights[key] = np.asarray(draw(weights[key].shape), np.float32)
        except ConfigurationError as error:  # Known only now: other networks are trained already.
            raise RunError(f"{job.name} of trial {job.trial}: {error}") from error
        return RewindPoint(weights)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SignedDraw(WeightRule):
    """A fresh draw whose kernels have the signs of θ_0: the magnitudes are new, the signs are not.

    Zhou et al., "Deconstructing Lottery Tickets" (2019), section 4. All other variables are those
    of the fresh draw.

    Attributes:
      constant: instead of fresh magnitudes, the same one for a whole layer: σ, the standard
        deviation of the layer's initialisation, measured on θ_0's kernel.
    """

    constant: bool = False
    description = "a fresh draw with the initial weights' signs"

    def check(self, job: JobContext) -> None:
        """Checks that there is chance to draw from; see `_check_draws`."""
        _check_draws(job)

    def point(self, job: JobContext, masks: Arrays) -> RewindPoint:
        """The draw, at step 0."""
        weights, initial = dict(job.fresh_weights()), job.initial().weights
        for key in masks:
            size = np.std(initial[key], dtype=np.float64) if self.constant else weights[key]
            signed = np.sign(initial[key]) * np.abs(size)
            weights[key] = signed.astype(np.float32)
        return RewindPoint(weights)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class TrainedWeights(WeightRule):
    """The trained weights of another network of the trial: no rewinding.

    Its pruned weights are zeros, so that a denser mask restores them as zeros.

    Attributes:
      of: the name of the variant whose network of the same round it is; None for the variant's own
        network of the round before (of a chain: IMP's round 0 before the first).
      schedule: 'goes_on', step and optimizer are that network's, and training goes on for as many
        updates as there are from the rewind point to the variant's duration; 'set_back', step and
        optimizer are those of the rewind point, and with them the learning rate (Renda, Frankle,
        Carbin 2020), and training ends at that duration.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    of: str | None = None
    schedule: str = "goes_on"
    rewinds = True  # This is all that is known before the other network is trained.
    description = "trained weights, not set back"

    def __post_init__(self):
        if self.schedule not in ("goes_on", "set_back"):
            raise ConfigurationError(
                f"TrainedWeights.schedule is {self.schedule!r}; expected 'goes_on' or 'set_back'"
            )
        if self.of is not None and not isinstance(self.of, str):
            raise ConfigurationError(
                f"TrainedWeights.of is {self.of!r}; expected a variant's name, or None"
            )

    @property
    def goes_on(self) -> bool:  # type: ignore[override]
        """Whether training goes on from the other network's last step."""
        return self.schedule == "goes_on"

    def needs(self, variant: str, round: int) -> tuple[str, ...]:
        """The network that it takes its weights from."""
        own = chain_name(variant, round - 1)
        return (own if self.of is None else chain_name(self.of, round),)

    def point(self, job: JobContext, masks: Arrays) -> RewindPoint:
        """Its weights, at its step or the rewind point's."""
        (source,) = self.needs(job.label, job.round)
        weights = job.weights_of(source)
        if self.goes_on:
            return RewindPoint(weights, job.step_of(source), job.optimizer_of(source))
        # Its biases are that network's too, whatever rounds of IMP carry over.
        return dataclasses.replace(job.rewind_point(with_biases=False), weights=weights)


def _check_draws(job):
    """Checks that a fresh draw from the model's initializers is another network.

    Raises:
      ConfigurationError: the model's function gives the same kernels for every seed.
    """
    if not job.context.draws_afresh:
        raise ConfigurationError(
            f"the variant {job.label!r} draws weights anew from the model's initializers, and "
            "the model's function gives the same kernels whatever the seed: it loads them, or its "
            "initializers have seeds of their own; let it build only, and give the file of "
            "weights as Experiment.initial_weights"
        )
