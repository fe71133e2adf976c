"""What can be said against an experiment once its data and its network are there."""

from lth_keras import pruning
from lth_keras.experiment.context import JobContext


def check_network(context):
    """Checks the experiment's own network, and IMP on it.

    Raises:
      ConfigurationError: a name is no layer's, or IMP's criterion asks for more than the data have.
    """
    experiment, model = context.experiment, context.plain
    pruning.check_never_prune(model, experiment.never_prune)
    pruning.check_also_prune(model, experiment.also_prune)
    pruning.check_rates(model, experiment.imp.schedule.rates, experiment.also_prune)
    _check_criterion(context, experiment.imp.criterion)


def check_job(context, job):
    """Builds the unit's architecture, so that what is wrong with it is said before anything runs.

    Rules may have a `check(place)` of their own, for what they read from elsewhere, and criteria a
    `check(data)`.

    Returns:
      The architecture's arguments.

    Raises:
      ConfigurationError: the model does not take what the architecture or a rule asks of it.
    """
    if job.variant is None:
        return {}
    place = JobContext(context, job.trial, job.round, job.name)
    place.arguments = job.variant.architecture.arguments(place)
    if place.arguments:
        context.build(**place.arguments)
    for rule in (job.variant.mask, job.variant.weights):
        if hasattr(rule, "check"):
            rule.check(place)
    _check_criterion(context, getattr(job.variant.mask, "criterion", None))
    return place.arguments


def _check_criterion(context, criterion):
    if hasattr(criterion, "check"):
        criterion.check(context.data)
