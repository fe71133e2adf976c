"""Early-bird tickets: round 0 ends once the mask that it would give has settled."""

import dataclasses

import gin

from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.update_checks import check_single_weights
from lth_keras.mask_updates.mask_update import check_share
from lth_keras.training import MaskWatch


@gin.configurable
@dataclasses.dataclass(frozen=True)
class EarlyBird:
    """Draws masks from the dense network while round 0 trains it, and may end it.

    You et al., "Drawing Early-Bird Tickets" (ICLR 2020), algorithm 1: training ends where no two of
    the last five epochs' masks differ in a tenth of their entries. Masks are by magnitude, to
    the counts of a round; the paper prunes channels by the scales of batch normalisation.

    Attributes:
      round: the round whose counts the masks have.
      every: stretch between two masks.
      distance: masks are alike where the share of entries in which they differ is below it.
      window: how many masks have to be alike.
      stops: whether round 0 ends there, but not before the rewind point; False only notes masks.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    round: int = 1
    every: str = "1ep"
    distance: float = 0.1
    window: int = 5
    stops: bool = True

    def __post_init__(self):
        for name, least in (("round", 1), ("window", 2)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ConfigurationError(
                    f"EarlyBird.{name} is {value!r}; expected a whole number, at least {least}")
        check_share(self.distance, "EarlyBird.distance")
        if Duration.parse(self.every, "EarlyBird.every").value < 1:
            raise ConfigurationError(f"EarlyBird.every is {self.every!r}; expected at least one")
        if not isinstance(self.stops, bool):
            raise ConfigurationError(f"EarlyBird.stops is {self.stops!r}; expected True or False")


def mask_watch(job):
    """The `MaskWatch` of round 0's job; None where IMP has no `EarlyBird`."""
    context, schedule = job.context, job.context.schedule
    rule = context.experiment.imp.early_bird
    if rule is None:
        return None
    sizes, total = _pruned(job)
    layerwise = schedule.scope == "layerwise"
    return MaskWatch(
        every=context.steps(rule.every),
        counts=schedule.layer_counts(job.prunable, rule.round) if layerwise else None,
        total=total, competing=tuple(sizes), least=schedule.min_per_layer,
        window=rule.window, distance=rule.distance, stops=rule.stops,
        not_before=context.rewind_step)


def check_early_bird(job):
    """Checks that round 0 is long enough for an `EarlyBird`, and that its round is there.

    Args:
      job: round 0's `JobContext`.

    Raises:
      ConfigurationError: it is not.
    """
    rule, schedule = job.context.experiment.imp.early_bird, job.context.schedule
    if rule is None:
        return
    check_single_weights(job, "IMP.early_bird draws masks")
    if rule.round > schedule.rounds:
        raise ConfigurationError(
            f"EarlyBird.round is {rule.round} and RewindingSchedule.rounds is {schedule.rounds}; "
            "expected one of its rounds")
    density, furthest = _bounds(job)
    if furthest <= rule.distance:
        raise ConfigurationError(
            f"EarlyBird.distance is {rule.distance} and its round {rule.round} keeps "
            f"{100 * density:.3g} % of the weights of the layers that are pruned: any two such "
            f"masks differ in at most {furthest:.3g} of them, so that the first would do; expected "
            "a smaller distance")
    if job.context.steps(rule.every) * rule.window > job.duration:
        raise ConfigurationError(
            f"EarlyBird compares {rule.window} masks, one each {rule.every}, and IMP.duration is "
            f"{job.context.experiment.imp.duration}; expected a training of {rule.window} or more")


def _pruned(job):
    """({key: size} of the kernels with a rate, how many of their weights the round keeps)."""
    rule, schedule = job.context.experiment.imp.early_bird, job.context.schedule
    sizes = {weight.key: weight.size for weight in job.prunable
             if schedule.rate_of(weight) is not None}
    fixed = sum(weight.size for weight in job.prunable) - sum(sizes.values())
    return sizes, schedule.total_count(job.prunable, rule.round) - fixed


def _bounds(job):
    """(density of the masks that are compared, the largest share in which two can differ)."""
    rule, schedule = job.context.experiment.imp.early_bird, job.context.schedule
    sizes, total = _pruned(job)
    size = sum(sizes.values())
    if not size:
        return 1.0, 0.0
    rows = [(total, size)]
    if schedule.scope == "layerwise":
        counts = schedule.layer_counts(job.prunable, rule.round)
        rows = [(counts[key], each) for key, each in sizes.items()]
    # Two masks with k of n entries differ in k of each at most, and in n − k where that is less.
    return total / size, 2 * sum(min(kept, each - kept) for kept, each in rows) / size
