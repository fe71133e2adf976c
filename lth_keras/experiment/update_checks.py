"""Checks of a variant whose masks change while it trains, before anything is trained."""

from lth_keras.errors import ConfigurationError
from lth_keras.granularity import Weights
from lth_keras.training import SGD, Adam, AdamW
from lth_keras.variables import named_variables
from lth_keras.wording import made


def check_updates(job):
    """Checks that a variant's update rule has something to do, and all that it asks for.

    Args:
      job: `JobContext` of a variant with an update rule.

    Raises:
      ConfigurationError: no update falls into its training, a kernel is frozen, or the optimizer
        has no mean of gradients that the rule asks for.
    """
    rule, of = job.variant.updates, f"the variant {job.label!r}"
    name = type(rule).__name__
    start = job.first_step
    stop = job.last_step(start)
    if not rule.steps(start, stop, job.context.steps_per_epoch):
        raise ConfigurationError(
            f"{of} has no update of its masks: {name} has every {rule.every!r}, begin "
            f"{rule.begin!r} and until {rule.until!r}, and it trains from step {start} to {stop}; "
            f"expected an update before its end: give {name} a shorter every or a later until"
        )
    check_single_weights(job, f"{of} changes masks by {name}")
    frozen = frozen_kernels(job)
    if frozen:
        raise ConfigurationError(
            f"{of} changes masks by {name}, and {frozen[0]!r} is frozen: what grows there would "
            "stay zero; name its layer in Experiment.never_prune"
        )
    if rule.asks_moments and not _has_mean(job.context.experiment.optimizer):
        raise ConfigurationError(
            f"{of} changes masks by {name}, which asks for the optimizer's mean of gradients, and "
            f"Experiment.optimizer is {job.context.experiment.optimizer!r}; expected "
            f"{made('Adam')}, {made('AdamW')}, or {made('SGD')} with a momentum above 0"
        )


def check_single_weights(job, what):
    """Checks that weights are pruned one by one, and not in groups.

    Raises:
      ConfigurationError: they are not; `what` begins the message.
    """
    granularity = job.context.schedule.granularity
    if granularity != Weights():
        raise ConfigurationError(
            f"{what}, which knows single weights, and RewindingSchedule.granularity is "
            f"{granularity!r}; expected {made('Weights')}: leave the granularity or the variant out"
        )


def frozen_kernels(job):
    """Keys of the prunable kernels of a job that the model's function has made not trainable."""
    model = job.context.build(**job.arguments) if job.arguments else job.context.plain
    trained = {id(variable) for variable in model.trainable_variables}
    return [
        key for key, variable in named_variables(model).items()
        if id(variable) not in trained
        and key in {weight.key for weight in job.context.prunable_weights(model)}]


def _has_mean(optimizer):
    return isinstance(optimizer, (Adam, AdamW)) or (
        isinstance(optimizer, SGD) and optimizer.momentum > 0)
