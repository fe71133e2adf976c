"""Iterative magnitude pruning, one round at a time: prune, rewind, train."""

from lth_keras import masks, rewinding
from lth_keras.experiment.context import JobContext
from lth_keras.paths import round_name
from lth_keras.rewinding import RewindPoint
from lth_keras.training import TrainState


def round_start(context, job):
    """Where a round's training starts: (state, masks), from what is stored.

    Round 0 is the dense network at θ_0; each later one is the rewind point under the mask that
    the round before found.
    """
    if job.round == 0:
        return _start_trial(context, job)
    found = next_masks(context, job.trial, job.round)
    point = rewinding.load_point(context.paths, job.trial, context.rewind_step)
    return TrainState(point.weights, found, point.step, point.optimizer)


def round_captured(context, job, network):
    """Stores the rewind point once round 0 has passed it.

    Returns:
      The trial's files that now exist; none for a later round.
    """
    if job.round:
        return []
    paths = context.paths
    if network.captured is None:
        return [paths.initial(job.trial)]  # It diverged before it came there.
    state = network.captured
    optimizer = state.optimizer if state.step else None
    point = RewindPoint(state.weights, state.step, optimizer)
    rewinding.save_point(paths, job.trial, point)
    written = [paths.initial(job.trial), paths.rewind(job.trial)]
    return written + [paths.rewind_optimizer(job.trial)] if state.step else written


def next_masks(context, trial, index):
    """The masks after `index` prunings, from the stored round before; checked.

    Raises:
      RunError: a mask is not nested or has another count than the schedule says.
    """
    before = round_name(index - 1)
    place = JobContext(context, trial, index, round_name(index))
    return place.prune(place.weights_of(before), place.masks_of(before))


def _start_trial(context, job):
    weights = context.initial_weights(job.trial)
    rewinding.save_initial(context.paths, job.trial, weights)
    dense = {weight.key: masks.ones(weight.shape) for weight in context.prunable}
    return TrainState(weights, dense)
