"""From weights to masks: a criterion gives scores, the schedule counts; the masks are checked."""

import functools

from absl import logging

from lth_keras import criteria
from lth_keras import masks as masks_lib


def prune(context, weights, initial, previous, generator, round, criterion=None, scope=None,
          iterations=1, counts=None):
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
      counts: {key: weights to keep}, layerwise; None for the schedule's.

    Returns:
      {key: bool array}.

    Raises:
      RunError: a mask is not nested or has another count than the schedule says.
    """
    criterion = criterion or context.experiment.imp.criterion
    cut = _globally
    if counts is not None or (scope or context.schedule.scope) == "layerwise":
        counts = counts or context.schedule.layer_counts(context.grouping.rows, round)
        cut = functools.partial(_layerwise, counts=counts)
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


def _layerwise(context, scores, previous, masks, round, share, counts):
    grouping = context.grouping
    before, alive = masks_lib.kept(grouping.alive(previous)), grouping.alive(masks)
    most = _most(context)
    counts = {
        key: _between(before[key], count, share, most[key]) for key, count in counts.items()
    }
    pooled = grouping.pool(scores, masks)
    pruned = criteria.prune_layerwise(pooled, _candidates(context, pooled, alive), counts)
    masks_lib.check(pruned, alive, counts)
    return grouping.expand(pruned, masks)


def _globally(context, scores, previous, masks, round, share):
    schedule, grouping = context.schedule, context.grouping
    before, alive = grouping.alive(previous), grouping.alive(masks)
    fixed = _unpruned(context)
    total = _between(
        masks_lib.total_kept(before), schedule.total_count(grouping.rows, round), share,
        sum(_most(context).values()))
    pooled = grouping.pool(scores, masks)
    free = {key: mask for key, mask in _candidates(context, pooled, alive).items()
            if key not in fixed}
    count = total - sum(int(before[key].sum()) for key in fixed)
    pruned = alive | criteria.prune_globally(pooled, free, count, schedule.min_per_layer)
    masks_lib.check(pruned, alive)
    masks_lib.check_total(pruned, total)
    return grouping.expand(pruned, masks)


def _candidates(context, pooled, alive):
    """The groups that the pattern allows; all that are there, in rows that are not pruned."""
    fixed = _unpruned(context)
    return context.grouping.candidates(pooled, alive) | {key: alive[key] for key in fixed}


def _most(context):
    """{row: how many of its groups an iteration may keep}; all, in rows that are not pruned."""
    fixed = _unpruned(context)
    return {row.key: row.size if row.key in fixed else row.most for row in context.grouping.rows}


def _unpruned(context):
    """Keys of the rows that have the rate None."""
    return {row.key for row in context.grouping.rows if context.schedule.rate_of(row) is None}


def _between(start, stop, share, most):
    # The last iteration has exactly the round's count; rounding affects only those before.
    return stop if share == 1 or not stop else min(round(start * (stop / start) ** share), most)
