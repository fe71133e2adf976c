"""How many weights each layer of a network keeps, by a variant's layer densities."""

from lth_keras.errors import check_is_a
from lth_keras.experiment.update_checks import check_single_weights
from lth_keras.layer_densities import LayerDensities
from lth_keras.masks import kept


def layer_counts(job, densities):
    """{key: number of weights}, in all as many as the schedule keeps in the job's round.

    A layer that the schedule never prunes, its rate None, stays dense.

    Args:
      job: `JobContext`.
      densities: `LayerDensities`.
    """
    prunable, schedule = job.prunable, job.context.schedule
    counts = {weight.key: weight.size for weight in prunable}
    shapes = _pruned(job)
    fixed = sum(count for key, count in counts.items() if key not in shapes)
    total = schedule.total_count(prunable, job.round) - fixed
    return counts | densities.counts(shapes, total, lambda: kept(job.found_masks()))


def check_layer_densities(job, densities, name):
    """Checks, before anything is trained, that layer densities have an answer.

    Args:
      job: `JobContext`.
      densities: a `LayerDensities`.
      name: of the parameter.

    Raises:
      ConfigurationError: they have none, or weights are pruned in groups.
    """
    check_single_weights(job, f"{name} of the variant {job.label!r} is {densities!r}")
    densities.check(_pruned(job))


def check_are_layer_densities(densities, name):
    """Raises ConfigurationError unless `densities` is a `LayerDensities`."""
    check_is_a(name, densities, LayerDensities, "ErdosRenyiKernel")


def _pruned(job):
    schedule = job.context.schedule
    return {weight.key: weight.matrix_shape for weight in job.prunable
            if schedule.rate_of(weight) is not None}
