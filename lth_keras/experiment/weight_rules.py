"""Weight rules: what a variant's training starts from. The other half of what makes a variant.

A rule is a small object with `point(place, masks) -> RewindPoint`: the weights, the step they
belong to and the optimizer's state there. The masks are applied afterwards, by whoever trains.
Where it reads what another network of the trial left, a method `needs(variant, index)` names that
network's folder. `goes_on` says that training goes on from that network's last step.
"""

import dataclasses

import gin
import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.initializers import EmpiricalDistribution, EmpiricalHistogram, EmpiricalValues
from lth_keras.paths import chain_name
from lth_keras.rewinding import RewindPoint

SOURCES = ("initial", "trained", "dense_initial")
POOLS = ("global", "layer")
SAMPLINGS = ("values", "histogram")


@gin.configurable
@dataclasses.dataclass(frozen=True)
class InitialWeights:
    """θ_0, byte for byte, and training from step 0."""

    def point(self, place, masks):
        """The trial's initialisation."""
        del masks
        return place.initial()


@gin.configurable
@dataclasses.dataclass(frozen=True)
class RewoundWeights:
    """θ_k with the optimizer's state and step: θ_0 where the schedule rewinds to 0."""

    def point(self, place, masks):
        """The trial's rewind point."""
        del masks
        return place.rewind_point()


@gin.configurable
@dataclasses.dataclass(frozen=True)
class FreshDraw:
    """A fresh draw from D_θ, the model's own initializers, kernels and biases alike."""

    def check(self, place):
        """Checks that there is chance to draw from; see `_check_draws`."""
        _check_draws(place)

    def point(self, place, masks):
        """An initialisation by the variant's own seed."""
        del masks
        return RewindPoint(place.fresh_weights())


@gin.configurable
@dataclasses.dataclass(frozen=True)
class EmpiricalDraw:
    """Kernels sampled from D_n, the empirical distribution of the ticket's non-zero weights.

    The Distributions paper's text says D_n = nonzero(m ⊙ θ_0) (`source='initial'`); its code
    pools the trained survivors, those that the mask was made from (`source='trained'`). Its code
    also has D_0, the non-zero values of all of θ_0 (`source='dense_initial'`).
    Everything but the kernels is θ_0's, or a fresh draw where the architecture is another.
    How far the two ways of sampling are apart stands in done.json as `histogram_distance`, for
    each distribution that was drawn from.

    Attributes:
      source: 'initial', 'trained' or 'dense_initial'.
      pool: 'global', one distribution for all layers; 'layer', each layer its own.
      sampling: 'values', with replacement; 'histogram', by the inverse CDF over its bins.
    """

    source: str = "initial"
    pool: str = "global"
    sampling: str = "values"

    def __post_init__(self):
        for name, allowed in (("source", SOURCES), ("pool", POOLS), ("sampling", SAMPLINGS)):
            if getattr(self, name) not in allowed:
                raise ConfigurationError(
                    f"EmpiricalDraw.{name} is {getattr(self, name)!r}; expected one of {allowed}"
                )

    def point(self, place, masks):
        """θ_0 with its kernels drawn anew, at step 0."""
        weights = dict(place.base_weights())
        path = place.distribution(self.source)
        distribution = EmpiricalDistribution.load(path)
        place.told["histogram_distance"] = {
            layer or "global": distribution.distance(layer)
            for layer in (masks if self.pool == "layer" else (None,))
        }
        initializer = EmpiricalValues if self.sampling == "values" else EmpiricalHistogram
        for key in masks:
            layer = key if self.pool == "layer" else None
            draw = initializer(str(path), layer, seed=place.seed("re-initialisation", key))
            weights[key] = np.asarray(draw(weights[key].shape), np.float32)
        return RewindPoint(weights)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SignedDraw:
    """A fresh draw whose kernels have the signs of θ_0: the magnitudes are new, the signs are not.

    Zhou et al., "Deconstructing Lottery Tickets" (2019), section 4. Everything but the kernels is
    the fresh draw's.

    Attributes:
      constant: instead of fresh magnitudes, the same one for a whole layer: σ, the standard
        deviation of the layer's initialisation, measured on θ_0's kernel.
    """

    constant: bool = False

    def check(self, place):
        """Checks that there is chance to draw from; see `_check_draws`."""
        _check_draws(place)

    def point(self, place, masks):
        """The draw, at step 0."""
        weights, initial = dict(place.fresh_weights()), place.initial().weights
        for key in masks:
            size = np.std(initial[key], dtype=np.float64) if self.constant else weights[key]
            signed = np.sign(initial[key]) * np.abs(size)
            weights[key] = signed.astype(np.float32)
        return RewindPoint(weights)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class TrainedWeights:
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
    def goes_on(self):
        """Whether training goes on from the other network's last step."""
        return self.schedule == "goes_on"

    def needs(self, variant, index):
        """The network that it takes its weights from."""
        own = chain_name(variant, index - 1)
        return (own if self.of is None else chain_name(self.of, index),)

    def point(self, place, masks):
        """Its weights, at its step or the rewind point's."""
        del masks
        (source,) = self.needs(place.label, place.index)
        weights = place.weights_of(source)
        if self.goes_on:
            return RewindPoint(weights, place.step_of(source), place.optimizer_of(source))
        return dataclasses.replace(place.rewind_point(), weights=weights)


def _check_draws(place):
    """Checks that a fresh draw from the model's initializers is another network.

    Raises:
      ConfigurationError: the model's function gives the same kernels whatever the seed.
    """
    if not place.context.draws_afresh:
        raise ConfigurationError(
            f"the variant {place.label!r} draws weights anew from the model's initializers, and "
            "the model's function gives the same kernels whatever the seed: it loads them, or its "
            "initializers have seeds of their own; let it build only, and give the file of "
            "weights as Experiment.initial_weights"
        )
