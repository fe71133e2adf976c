"""What IMP's rounds take over from the round before, where an experiment asks for it.

By default each round begins at the rewind point with all that belongs to it. De Alwis, Maniktala
and Toole (2021) keep one optimizer over all rounds in their code, and never set biases back:
`IMP.keep_optimizer` and `RewindingSchedule.rewind_biases`.
"""

import dataclasses

from lth_keras.paths import round_name
from lth_keras.rewinding import RewindPoint


def gone_on_from(job):
    """Name of the network from whose last step a job's training goes on; None: it begins anew."""
    if job.variant is None:
        goes_on = job.round and job.context.experiment.imp.keep_optimizer
        return round_name(job.round - 1) if goes_on else None
    if not job.variant.weights.goes_on:
        return None
    (source,) = job.variant.weights.needs(job.label, job.round)
    return source


def round_start(job):
    """The `RewindPoint` that a round from 1 on begins from.

    Its weights are those of `JobContext.rewind_point`. With `IMP.keep_optimizer` step and
    optimizer are those at the end of the round before.
    """
    point, before = job.rewind_point(), gone_on_from(job)
    if before is None:
        return point
    return RewindPoint(point.weights, job.step_of(before), job.optimizer_of(before))


def with_biases(job, weights):
    """Weights whose variables without a mask are those at the end of the round before.

    Only with `RewindingSchedule.rewind_biases = False`, and only from round 1 on and for the
    experiment's own architecture; otherwise `weights` as they are.

    Args:
      job: `JobContext`; it is told which network the variables are from.
      weights: {key: array} of every variable.
    """
    if job.context.schedule.rewind_biases or not job.round or job.arguments:
        return weights
    before = round_name(job.round - 1)
    job.told["biases_from"] = before
    pruned = {weight.key for weight in job.prunable}
    trained = job.weights_of(before)
    return {key: array if key in pruned else trained[key] for key, array in weights.items()}


def point_with_biases(job, point):
    """A `RewindPoint` with `with_biases`."""
    return dataclasses.replace(point, weights=with_biases(job, point.weights))


def repeats(job, round):
    """Whether a variant begins exactly as IMP's round `round`, which has the same mask.

    Args:
      job: `JobContext` of a variant.
      round: the round whose network it equals if nothing is carried over, as `Variant.imp_round`
        gives it; or None.

    Returns:
      `round`, or None if the two networks differ because of what is carried over.
    """
    imp = job.context.experiment.imp
    if round and imp.keep_optimizer:
        return None
    if round == 0 and imp.early_bird is not None and imp.early_bird.stops:
        return None  # Round 0 may end earlier.
    if imp.schedule.rewind_biases:
        return round
    biases_of = job.round if job.variant.weights.equals == "rewind" else 0
    return round if round == biases_of else None
