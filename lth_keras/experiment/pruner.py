"""From weights to masks: a criterion's scores, cut to the counts of the schedule, and checked."""

from absl import logging

from lth_keras import criteria, masks


def prune(context, weights, initial, previous, generator, index, criterion=None, scope=None,
          iterations=1):
    """The masks of round `index`, made from `previous` masks.

    With n iterations the densities in between fall exponentially, those of iteration i being
    d₀·(d/d₀)^(i/n), and the criterion looks anew at each (SynFlow's schedule).

    Args:
      context: `Context`.
      weights: {key: array} of every variable of the network to prune.
      initial: {key: array}, θ_0.
      previous: {key: bool array}.
      generator: np.random.Generator for criteria that draw.
      index: the round whose counts the masks get.
      criterion: None for the experiment's own.
      scope: 'layerwise', 'global', or None for the schedule's.
      iterations: in how many steps.

    Raises:
      RunError: a mask is not nested or has another count than the schedule says.
    """
    schedule = context.schedule
    criterion = criterion or context.experiment.imp.criterion
    layerwise = (scope or schedule.scope) == "layerwise"
    found = previous
    for step in range(1, iterations + 1):
        evidence = criteria.CriterionInputs(
            weights, initial, found, generator, context.probe(weights, found, generator))
        scores = criterion.scores(evidence)
        share = step / iterations
        if layerwise:
            found = _layerwise(context, scores, previous, found, index, share)
        else:
            found = _globally(context, scores, previous, found, index, share)
    report_collapse(found)
    return found


def collapsed(found):
    """Names of the layers that masks leave without weights."""
    return [key.rpartition("/")[0] for key, count in masks.kept(found).items() if not count]


def report_collapse(found):
    """Warns of layers left without weights; done.json names them too."""
    for layer in collapsed(found):
        logging.warning(
            "layer collapse: pruning left layer %r without weights, so no signal passes through "
            "it; RewindingSchedule.min_per_layer = 1 prevents that", layer)


def _layerwise(context, scores, previous, found, index, share):
    target = context.schedule.layer_counts(context.prunable, index)
    counts = {
        key: _between(masks.kept(previous)[key], count, share) for key, count in target.items()
    }
    new = criteria.prune_layerwise(scores, found, counts)
    masks.check(new, found, counts)
    return new


def _globally(context, scores, previous, found, index, share):
    schedule = context.schedule
    fixed = {w.key for w in context.prunable if schedule.rate_of(w) is None}
    total = _between(
        masks.total_kept(previous), schedule.total_count(context.prunable, index), share)
    free = {key: mask for key, mask in found.items() if key not in fixed}
    count = total - sum(int(previous[key].sum()) for key in fixed)
    new = found | criteria.prune_globally(scores, free, count, schedule.min_per_layer)
    masks.check(new, found)
    masks.check_total(new, total)
    return new


def _between(start, stop, share):
    # Exact at the end, whatever rounding says on the way.
    return stop if share == 1 or not stop else round(start * (stop / start) ** share)
