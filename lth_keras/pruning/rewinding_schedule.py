"""`RewindingSchedule`: the rounds of IMP as a TFMOT pruning schedule."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import gin

from lth_keras.compat import PruningSchedule, tf
from lth_keras.criteria.ranking import kept_after
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError, check_is_a
from lth_keras.granularity import Granularity, Weights, from_config

KINDS = ("dense", "conv", "recurrent", "output")
SCOPES = ("layerwise", "global")


@gin.configurable
class RewindingSchedule(PruningSchedule):
    """For each round the rate, the density that results, and the step to rewind to.

    It tells TFMOT's wrapper never to prune within a round. Masks change only between rounds, by a
    criterion, and no weight that was pruned comes back. TFMOT's own mask update ranks pruned
    weights too, so that some would come back.

    Args:
      rounds: how many times weights are pruned; mask `rounds` is the sparsest.
      rate: share of the REMAINING weights of a layer that each round removes, in (0, 1).
      rates: rates that differ: by kind of kernel ('dense', 'conv', 'recurrent', 'output') or by a
        regular expression that matches a layer's whole name ('name:block1_.*') or a kernel's key
        ('name:lstm/cell/recurrent_kernel'). A name goes before a kind, and a kind before `rate`. A
        rate of None leaves such layers unpruned. Without a rate for 'output', the output layer has
        that of its kind.
      scope: 'layerwise', each layer at its rate; or 'global', all together at `rate`.
      rewind_to: the step of the rewind point, as a duration: '0ep' is θ_0, '500it' θ_500.
      min_per_layer: fewest weights that pruning may leave in a layer; 0 permits layer collapse.
      granularity: which weights go together: `Weights()`, `Blocks()`, `Units()`, `NofM()`. Rates,
        counts and `min_per_layer` are about its groups; with `Weights()` a group is one weight.
      rewind_biases: True: each round begins with all variables of the rewind point. False: only
        the kernels that are pruned are set back; biases and every other variable without a mask
        stay as the round before has left them (the code of De Alwis, Maniktala and Toole, 2021).

    Raises:
      ConfigurationError: an argument is out of its range.
    """

    def __init__(self, rounds, rate=0.2, rates=None, scope="layerwise", rewind_to="0it",
                 min_per_layer=0, granularity=Weights(), rewind_biases=True):
        if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 0:
            raise ConfigurationError(
                f"RewindingSchedule.rounds is {rounds!r}; expected a whole number of prunings, "
                "0 or more"
            )
        _check_rate(rate, "RewindingSchedule.rate")
        if rates is not None and not isinstance(rates, Mapping):
            raise ConfigurationError(
                f"RewindingSchedule.rates is {rates!r}; expected rates by kind of kernel, such as "
                "{'conv': 0.1}, or RewindingSchedule.rate for all"
            )
        rates = dict(rates or {})
        for which, value in rates.items():
            if which not in KINDS and not str(which).startswith("name:"):
                raise ConfigurationError(
                    f"RewindingSchedule.rates has the key {which!r}; expected one of {KINDS} or "
                    "'name:' and a regular expression for the layer's name"
                )
            if str(which).startswith("name:"):
                _check_pattern(which)
            if value is not None:
                _check_rate(value, f"RewindingSchedule.rates[{which!r}]")
        if scope not in SCOPES:
            raise ConfigurationError(
                f"RewindingSchedule.scope is {scope!r}; expected one of {SCOPES}"
            )
        if scope == "global" and any(value is not None for value in rates.values()):
            raise ConfigurationError(
                f"RewindingSchedule.rates is {rates} with scope 'global'; all layers share one "
                "rate there: give RewindingSchedule.rate (and None for layers to leave unpruned)"
            )
        if isinstance(min_per_layer, bool) or not isinstance(min_per_layer, int) \
                or min_per_layer < 0:
            raise ConfigurationError(
                f"RewindingSchedule.min_per_layer is {min_per_layer!r}; expected 0 or more weights"
            )
        if not isinstance(rewind_biases, bool):
            raise ConfigurationError(
                f"RewindingSchedule.rewind_biases is {rewind_biases!r}; expected True or False")
        check_is_a("RewindingSchedule.granularity", granularity, Granularity, "Blocks")
        self.rounds = rounds
        self.rate = rate
        self.rates = rates
        self.scope = scope
        self.rewind_to = Duration.parse(rewind_to, "RewindingSchedule.rewind_to")
        self.min_per_layer = min_per_layer
        self.granularity = granularity
        self.rewind_biases = rewind_biases

    def __call__(self, step):
        """Answers TFMOT at each step: (whether to prune now, to which sparsity); never within a
        round."""
        return tf.constant(False), tf.constant(0.0)

    def rewind_step(self, steps_per_epoch: int) -> int:
        """The step of the rewind point."""
        return self.rewind_to.steps(steps_per_epoch)

    def rate_of(self, weight: Any) -> float | None:
        """The rate of one `PrunableWeight`, or None where it is never pruned."""
        return self.rates.get(self.rate_key(weight), self.rate)

    def rate_key(self, weight: Any) -> str | None:
        """The key of `rates` that gives one `PrunableWeight` its rate; None: `rate` does."""
        for which in self.rates:
            pattern = which.removeprefix("name:")
            if pattern != which and any(
                    re.fullmatch(pattern, name) for name in (weight.layer, weight.key)):
                return which
        if weight.is_output and "output" in self.rates:
            return "output"
        return weight.kind if weight.kind in self.rates else None

    def layer_counts(self, weights: Iterable[Any], round: int) -> dict[str, int]:
        """{key: kept groups} of each row after `round` prunings, layerwise.

        Args:
          weights: the rows of the granularity's `Grouping`: for `Weights()` the model's
            `PrunableWeight`s, and a group is a weight.
          round: 0 … rounds.
        """
        counts = {}
        for weight in weights:
            rate, count = self.rate_of(weight), weight.size
            for _ in range(round):
                if rate is None:
                    break
                count = max(kept_after(rate, count), min(self.min_per_layer, weight.size))
                count = min(count, weight.most)
            counts[weight.key] = count
        return counts

    def total_count(self, weights: Iterable[Any], round: int) -> int:
        """Kept groups over all rows after `round` prunings; exact in both scopes."""
        if self.scope == "layerwise":
            return sum(self.layer_counts(weights, round).values())
        free = [weight for weight in weights if self.rate_of(weight) is not None]
        count = sum(weight.size for weight in free)
        fixed = sum(weight.size for weight in weights) - count
        least = sum(min(self.min_per_layer, weight.size) for weight in free)
        most = sum(weight.most for weight in free)
        for _ in range(round):
            count = min(max(kept_after(self.rate, count), least), most)
        return count + fixed

    def density(self, weights: Iterable[Any], round: int) -> float:
        """Share of the groups that is kept after `round` prunings, in [0, 1]."""
        return self.total_count(weights, round) / math.fsum(weight.size for weight in weights)

    def get_config(self) -> dict:
        """The constructor's arguments; `from_config` makes an equal schedule from them."""
        config = {
            "rounds": self.rounds, "rate": self.rate, "rates": self.rates,
            "scope": self.scope, "rewind_to": str(self.rewind_to),
            "min_per_layer": self.min_per_layer,
        }
        if self.granularity != Weights():  # The default adds nothing to a run's name.
            config["granularity"] = self.granularity.get_config()
        if not self.rewind_biases:
            config["rewind_biases"] = False
        return {"class_name": type(self).__name__, "config": config}

    @classmethod
    def from_config(cls, config: dict) -> "RewindingSchedule":
        """A schedule of the `config` that `get_config` gives."""
        config = dict(config)
        if "granularity" in config:
            config["granularity"] = from_config(config["granularity"])
        return cls(**config)


def _check_rate(rate, name):
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate < 1:
        raise ConfigurationError(
            f"{name} is {rate!r}; expected the share of the remaining weights to remove in a "
            "round, a number in (0, 1)"
        )


def _check_pattern(which):
    try:
        re.compile(which[len("name:"):])
    except re.error as error:
        raise ConfigurationError(
            f"RewindingSchedule.rates has the key {which!r}, which is no regular expression: "
            f"{error}"
        ) from error
