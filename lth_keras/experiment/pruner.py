"""From weights to masks: a criterion's scores, cut to the counts of the schedule, and checked."""

from absl import logging

from lth_keras import criteria
from lth_keras import masks as masks_lib


def prune(context, weights, initial, previous, generator, round, criterion=None, scope=None,
          iterations=1):
    """The masks of a round, made from `previous` masks.

    With n iterations the densities in between fall exponentially, those of iteration i being
    d₀·(d/d₀)^(i/n), and the criterion scores anew at each (SynFlow's schedule).

    Args:
      context: `Context`.
      weights: {key: array} of every variable of the network to prune.
      initial: {key: array}, θ_0.
      previous: {key: bool array}.
      generator: np.random.Generator for criteria that draw.
      round: the round whose counts the masks get.
      criterion: None for the experiment's own.
      scope: 'layerwise', 'global', or None for the schedule's.
      iterations: in how many steps.

    Returns:
      {key: bool array}.

    Raises:
      RunError: a mask is not nested or has another count than the schedule says.
    """
    criterion = criterion or context.experiment.imp.criterion
    layerwise = (scope or context.schedule.scope) == "layerwise"
    cut = _layerwise if layerwise else _globally
    masks = previous
    for iteration in range(1, iterations + 1):
        scores = criterion.scores(criteria.CriterionInputs(
            weights, initial, masks, generator, context.probe(weights, masks, generator)))
        masks = cut(context, scores, previous, masks, round, iteration / iterations)
    report_collapse(masks)
    return masks


def collapsed(masks):
    """Names of the layers that masks leave without weights."""
    return [key.rpartition("/")[0] for key, count in masks_lib.kept(masks).items() if not count]


def report_collapse(masks):
    """Warns of layers left without weights; done.json names them too."""
    for layer in collapsed(masks):
        logging.warning(
            "layer collapse: pruning left layer %r without weights, so no signal passes through "
            "it; RewindingSchedule.min_per_layer = 1 prevents that", layer)


def _layerwise(context, scores, previous, masks, round, share):
    target = context.schedule.layer_counts(context.prunable, round)
    counts = {
        key: _between(masks_lib.kept(previous)[key], count, share)
        for key, count in target.items()
    }
    pruned = criteria.prune_layerwise(scores, masks, counts)
    masks_lib.check(pruned, masks, counts)
    return pruned


def _globally(context, scores, previous, masks, round, share):
    schedule = context.schedule
    fixed = {w.key for w in context.prunable if schedule.rate_of(w) is None}
    total = _between(
        masks_lib.total_kept(previous), schedule.total_count(context.prunable, round), share)
    free = {key: mask for key, mask in masks.items() if key not in fixed}
    count = total - sum(int(previous[key].sum()) for key in fixed)
    pruned = masks | criteria.prune_globally(scores, free, count, schedule.min_per_layer)
    masks_lib.check(pruned, masks)
    masks_lib.check_total(pruned, total)
    return pruned


def _between(start, stop, share):
    # Exact at the end, whatever rounding says on the way.
    return stop if share == 1 or not stop else round(start * (stop / start) ** share)
