"""A variant: a mask rule × a weight rule × an architecture, at some rounds."""

import dataclasses
from typing import Any

import gin

from lth_keras.criteria import Criterion
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError, check_is_a
from lth_keras.experiment.architectures import Architecture, SameArchitecture
from lth_keras.experiment.mask_rules import KeepAll, MaskRule
from lth_keras.experiment.unnamed_defaults import UNNAMED_DEFAULT
from lth_keras.experiment.weight_rules import InitialWeights, RewoundWeights, WeightRule
from lth_keras.learned_masks import LearnedMask
from lth_keras.mask_updates import MaskUpdate
from lth_keras.paths import safe_name, variant_name
from lth_keras.wording import made

DATA_ORDERS = ("shared", "own")
PRUNED = ("zero", "initial")
EVERY_ROUND = "every"


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Variant:
    """One network to train and compare, at each of its rounds.

    Attributes:
      name: 'ticket', 'reinit', …, also the beginning of its folders' names. '' takes the scope's
        name: in gin, `@ticket/Variant()` has the name 'ticket'.
      mask: a mask rule.
      weights: a weight rule.
      architecture: an architecture.
      rounds: the rounds whose masks it uses; 'every' for all from 1 on; () for a variant that
        depends on none, such as the full network.
      duration: the step at which its training ends. None means the experiment's duration; for a
        chain, which is IMP without rewinding, that of a round.
      updates: an update rule, by which masks change while it trains; None where they stay.
      data_order: 'shared', the trial's order, so that variants differ in nothing else; 'own'.
      learned: a `LearnedMask`, which trains a mask on the weights and leaves the weights as they
        are; the mask rule then says no more than how many weights each layer keeps. None trains
        the weights.
      pruned: where pruned weights stay while the others train: 'zero', or 'initial', the value that
        they start from (DLT's other mask action).
    """

    name: str = ""
    # Both are required; Python needs a default here because `name` has one.
    mask: MaskRule = gin.REQUIRED
    weights: WeightRule = gin.REQUIRED
    architecture: Architecture = dataclasses.field(default_factory=SameArchitecture)
    rounds: tuple[int, ...] | str = ()
    duration: str | None = None
    data_order: str = "shared"
    updates: MaskUpdate | None = dataclasses.field(default=None, metadata=UNNAMED_DEFAULT)
    learned: LearnedMask | None = dataclasses.field(default=None, metadata=UNNAMED_DEFAULT)
    pruned: str = dataclasses.field(default="zero", metadata=UNNAMED_DEFAULT)

    def __post_init__(self):
        if self.name == "" and gin.current_scope():
            object.__setattr__(self, "name", gin.current_scope()[-1])
        if not isinstance(self.name, str) or safe_name(self.name) != self.name \
                or self.name in ("imp", "distributions") \
                or self.name.startswith("round_") or self.name.endswith(".npz"):
            raise ConfigurationError(
                f"Variant.name is {self.name!r}; expected letters, digits, '_', '-' and '.', and "
                "not 'imp', 'distributions', 'round_…' or '….npz', which name other things in a run"
            )
        if self.rounds != EVERY_ROUND and not (
            isinstance(self.rounds, (tuple, list))
            and all(isinstance(each, int) and not isinstance(each, bool) for each in self.rounds)
        ):
            raise ConfigurationError(
                f"Variant.rounds of {self.name!r} is {self.rounds!r}; expected rounds like "
                f"(6, 10), or {EVERY_ROUND!r}"
            )
        of = f"of {self.name!r}"
        check_is_a(f"Variant.mask {of}", self.mask, MaskRule, "FoundMask")
        check_is_a(f"Variant.weights {of}", self.weights, WeightRule, "RewoundWeights")
        if self.updates is not None:
            self._check_updates()
        check_is_a(
            f"Variant.architecture {of}", self.architecture, Architecture, "MatchedWidth")
        if self.is_chain and not self.rounds:
            raise ConfigurationError(
                f"Variant.rounds of {self.name!r} is empty, but its mask is made round by round; "
                f"expected rounds like (6, 10), or {EVERY_ROUND!r}"
            )
        if self.duration is not None:
            name = f"Variant.duration of {self.name!r}"
            if Duration.parse(self.duration, name).value < 1:
                raise ConfigurationError(f"{name} is {self.duration!r}; expected at least one")
        if self.data_order not in DATA_ORDERS:
            raise ConfigurationError(
                f"Variant.data_order of {self.name!r} is {self.data_order!r}; expected one of "
                f"{DATA_ORDERS}"
            )
        self._check_learned()

    def _check_learned(self):
        if self.pruned not in PRUNED:
            raise ConfigurationError(
                f"Variant.pruned of {self.name!r} is {self.pruned!r}; expected one of {PRUNED}")
        if self.updates is not None and (self.learned is not None or self.pruned != "zero"):
            other = f"Variant.pruned {self.pruned!r}" if self.learned is None else (
                f"Variant.learned {type(self.learned).__name__}")
            raise ConfigurationError(
                f"Variant.updates of {self.name!r} is {type(self.updates).__name__}, and {other}; "
                "expected one of the two, since each says what becomes of pruned weights"
            )
        if self.learned is None:
            return
        check_is_a(f"Variant.learned of {self.name!r}", self.learned, LearnedMask, "EdgePopup")
        cannot = None
        if self.pruned != "zero":
            cannot = f"Variant.pruned is {self.pruned!r}, where a learned mask leaves zeros"
        elif self.is_chain or self.weights.goes_on:
            cannot = ("its mask or weights go on from a trained network, and a learned mask trains "
                      "no weights")
        elif self.learned.uses_counts and self.mask == KeepAll():
            cannot = ("Variant.mask is KeepAll, which leaves no weight out; expected a mask rule "
                      "with the density that the learned mask is to have, such as ShuffledMask")
        if cannot:
            raise ConfigurationError(f"Variant.learned of {self.name!r} is "
                                     f"{type(self.learned).__name__}, but {cannot}")

    def _check_updates(self):
        name = f"Variant.updates of {self.name!r}"
        check_is_a(name, self.updates, MaskUpdate, "RigL")
        rule = type(self.updates).__name__
        if isinstance(self.mask, KeepAll):
            raise ConfigurationError(
                f"{name} is {rule}, and its mask rule KeepAll says that no weight is pruned; "
                f"expected a mask rule with as many weights as {rule} is to keep, like "
                f"{made('FoundMask')}"
            )
        if self.is_chain or self.weights.goes_on:
            raise ConfigurationError(
                f"{name} is {rule}, and its training goes on from another network's last step; "
                f"expected masks and weights that begin anew, like {made('FoundMask')} and "
                f"{made('InitialWeights')}; or leave Variant.updates out"
            )

    @property
    def is_chain(self) -> bool:
        """Whether each of its networks is made from its own network of the round before."""
        return self.mask.chained

    @property
    def trainer_kind(self) -> Any:
        """What `Context.trainer` calls it: None where all kept weights are trained."""
        return "frozen" if self.pruned == "initial" else self.learned

    def duration_in(self, experiment: Any) -> str:
        """The step at which its training in an `Experiment` ends, as a duration."""
        default = experiment.imp.duration if self.is_chain else experiment.duration
        return self.duration or default

    def check_rounds(self, last: int) -> None:
        """Checks its rounds against a schedule of `last` rounds.

        Raises:
          ConfigurationError: the schedule does not reach a round.
        """
        for each in self.rounds_of(last):
            if not 1 <= each <= last:
                raise ConfigurationError(
                    f"Variant.rounds of {self.name!r} has {each}, but the schedule has the rounds "
                    f"1 to {last}; raise RewindingSchedule.rounds or take the round out"
                )

    def rounds_of(self, last: int) -> tuple[int, ...]:
        """The rounds it trains under a schedule of `last` rounds, ascending.

        A chain trains every round up to its last one, because each starts from the one before.
        """
        if isinstance(self.rounds, str):
            return tuple(range(1, last + 1))
        if self.is_chain:
            return tuple(range(1, max(self.rounds) + 1))
        return tuple(sorted(set(self.rounds)))

    @property
    def description(self) -> str:
        """Its mask and its starting weights in words, for a report."""
        keeps = self.mask.description or type(self.mask).__name__
        if self.mask.criterion is not None:
            keeps += f" by {type(self.mask.criterion).__name__}"
        if self.updates is not None:
            keeps = f"masks moved by {type(self.updates).__name__}, as many weights as {keeps}"
        starts = self.weights.description or type(self.weights).__name__
        keeps = self.architecture.description or keeps
        if self.learned is not None:
            counts = f" of as many weights as {keeps}" if self.learned.uses_counts else ""
            return f"{self.learned.description}{counts}; its weights, never trained: {starts}"
        frozen = ", pruned weights frozen there" if self.pruned == "initial" else ""
        return f"{keeps}; starts from {starts}{frozen}"

    def needs(self, round: int) -> tuple[str, ...]:
        """Names of the trial's networks whose weights it reads at a round."""
        return tuple(dict.fromkeys(
            (*self.mask.needs(self.name, round), *self.weights.needs(self.name, round))))

    def networks(self, last: int) -> list[tuple[int, str]]:
        """[(round, folder)] of the networks it trains; round 0 where it depends on none."""
        rounds = self.rounds_of(last)
        if not rounds:
            return [(0, self.name)]
        return [(each, variant_name(self.name, each)) for each in rounds]

    def imp_round(self, round: int, rewind_step: int, criterion: Criterion) -> int | None:
        """The round of IMP that it equals by construction, apart from the duration; or None.

        Args:
          round: the variant's.
          rewind_step: IMP's; at 0 the rewind point is the initialisation.
          criterion: IMP's.
        """
        if (self.data_order, self.updates, self.learned, self.pruned) != (
                "shared", None, None, "zero") \
                or self.architecture != SameArchitecture():
            return None
        initial = self.weights == InitialWeights()
        rewound = self.weights == RewoundWeights()
        if self.mask == KeepAll():
            return 0 if initial or (rewound and not rewind_step) else None
        imps_mask = self.mask.equals_found(round, criterion)
        return round if imps_mask and (rewound or (initial and not rewind_step)) else None
