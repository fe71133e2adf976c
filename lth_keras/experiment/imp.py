"""Iterative magnitude pruning, one round at a time: prune, rewind, train."""

from lth_keras import masks, rewinding, seeds
from lth_keras.paths import round_name
from lth_keras.rewinding import RewindPoint
from lth_keras.training import TrainState
from lth_keras.variables import named_variables, snapshot


def round_start(place, job):
    """Where a round's training starts: a `TrainState`, from what is stored.

    Round 0 is the dense network at θ_0; each later one is the rewind point under the mask that
    the round before found.
    """
    if job.round == 0:
        return _start_trial(place.context, job)
    found = next_masks(place)
    point = place.rewind_point()
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


def next_masks(place):
    """The masks of the round `place` is asked at, from the stored round before; checked.

    Raises:
      RunError: a mask is not nested or has another count than the schedule says.
    """
    before = round_name(place.index - 1)
    return place.prune(place.weights_of(before), place.masks_of(before))


def _start_trial(context, job):
    model = context.build(seeds.derive(context.trial_seed(job.trial), "initialisation"))
    weights = snapshot(named_variables(model))
    rewinding.save_initial(context.paths, job.trial, weights)
    dense = {weight.key: masks.ones(weight.shape) for weight in context.prunable}
    return TrainState(weights, dense)
