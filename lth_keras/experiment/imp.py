"""Iterative magnitude pruning, one round at a time: prune, rewind, train."""

from lth_keras import masks, rewinding, seeds
from lth_keras.experiment.context import Place
from lth_keras.paths import round_name
from lth_keras.rewinding import RewindPoint
from lth_keras.training import TrainState
from lth_keras.variables import named_variables, snapshot


def round_start(context, unit):
    """Where a round's training starts: (state, masks), from what is stored.

    Round 0 is the dense network at θ_0; each later one is the rewind point under the mask that
    the round before found.
    """
    if unit.round == 0:
        return _start_trial(context, unit)
    found = next_masks(context, unit.trial, unit.round)
    point = rewinding.load_point(context.paths, unit.trial, context.rewind_step)
    return TrainState(point.weights, found, point.step, point.optimizer)


def round_captured(context, unit, network):
    """Stores the rewind point once round 0 has passed it.

    Returns:
      The trial's files that now exist; none for a later round.
    """
    if unit.round:
        return []
    paths = context.paths
    if network.captured is None:
        return [paths.initial(unit.trial)]  # It diverged before it came there.
    state = network.captured
    optimizer = state.optimizer if state.step else None
    point = RewindPoint(state.weights, state.step, optimizer)
    rewinding.save_point(paths, unit.trial, point)
    written = [paths.initial(unit.trial), paths.rewind(unit.trial)]
    return written + [paths.rewind_optimizer(unit.trial)] if state.step else written


def next_masks(context, trial, index):
    """The masks after `index` prunings, from the stored round before; checked.

    Raises:
      RunError: a mask is not nested or has another count than the schedule says.
    """
    before = round_name(index - 1)
    place = Place(context, trial, index, round_name(index))
    return place.prune(place.weights_of(before), place.masks_of(before))


def _start_trial(context, unit):
    model = context.build(seeds.derive(context.trial_seed(unit.trial), "initialisation"))
    weights = snapshot(named_variables(model))
    rewinding.save_initial(context.paths, unit.trial, weights)
    dense = {weight.key: masks.ones(weight.shape) for weight in context.prunable}
    return TrainState(weights, dense)
