"""Checks of an experiment that need its data and its network."""

import dataclasses

from lth_keras import pruning
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.early_bird import check_early_bird
from lth_keras.experiment.update_checks import (
    check_single_weights,
    check_updates,
    frozen_kernels,
)
from lth_keras.tasks import check_functions
from lth_keras.training import refuse_decay


def check_network(context):
    """Checks the experiment's own network, and IMP on it.

    Raises:
      ConfigurationError: a name is not a layer's, the task's functions do not give pairs of
        scalars, or IMP's criterion needs more than the data have, or another network.
    """
    experiment, model = context.experiment, context.plain
    check_functions(context.task, context.data)
    pruning.check_never_prune(model, experiment.never_prune)
    pruning.check_also_prune(model, experiment.also_prune)
    pruning.check_rates(model, experiment.imp.schedule.rates, experiment.also_prune)
    if context.channels is not None:
        pruning.warn_of_idle_rates(context.schedule, context.grouping.rows)
    experiment.imp.criterion.check(context.data)
    experiment.imp.criterion.check_model(model)


def with_units(rows, channels):
    """`KernelRow`s that also say which layers keep their units, and why.

    A kernel that loses nothing whichever unit is cut is not pruned.

    Args:
      rows: of the network.
      channels: its `ChannelGroups`; None where it is not pruned by units.
    """
    if channels is None:
        return tuple(rows)
    whole = {each.key: each for each in channels.whole}
    return tuple(_with_units(row, whole.get(f"{row.layer}/{row.kernel}"), channels)
                 for row in rows)


def _with_units(row, entry, channels):
    if entry is None or not row.pruned:
        return row
    stay = f"{entry.channels} of its {entry.of} units stay: {entry.why}"
    if f"{row.layer}/{row.kernel}" in channels.cut_kernels:
        return dataclasses.replace(row, why=f"{row.why}; {stay}")
    return dataclasses.replace(row, pruned=False, why=stay)


def check_job(job):
    """Builds the network's architecture and calls its rules' checks, so that errors come early.

    Args:
      job: `JobContext`.

    Raises:
      ConfigurationError: the model's function refuses the arguments, or a rule cannot work.
    """
    if job.variant is None:
        if job.round == 0:
            check_early_bird(job)
        return
    job.variant.architecture.check(job)
    _check_training(job)
    job.variant.mask.check(job)
    job.variant.weights.check(job)
    if job.variant.updates is not None:
        check_updates(job)


def _check_training(job):
    context, variant = job.context, job.variant
    if variant.pruned == "initial":
        refuse_decay(context.experiment.optimizer, context.steps_per_epoch, variant.name)
    if variant.learned is None:
        return
    if context.replicas.count > 1:
        raise ConfigurationError(
            f"Variant.learned of {variant.name!r} is {type(variant.learned).__name__}, which "
            f"trains on one device, and Experiment.distribution has {context.replicas.count} "
            "replicas; expected OneDevice, or no such variant"
        )
    check_single_weights(job, f"the variant {variant.name!r} learns its mask")
    frozen = frozen_kernels(job)
    if frozen:
        raise ConfigurationError(
            f"Variant.learned of {variant.name!r} learns a mask through the gradients of the "
            f"kernels, and the model has {frozen[0]!r} not trainable; expected trainable kernels, "
            "or that layer in Experiment.never_prune"
        )
