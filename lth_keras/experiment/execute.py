"""Running an experiment: every job that is not done yet, then the tables."""

import dataclasses
import functools
import pathlib
import shutil

import gin

from lth_keras.data import LoadedData
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import checking, identity, jobs, multi_worker, train_job
from lth_keras.experiment.bindings import Bindings
from lth_keras.experiment.context import Context
from lth_keras.experiment.experiment import Experiment
from lth_keras.experiment.run_recorder import do_job, recording
from lth_keras.paths import RunPaths
from lth_keras.store import fingerprints, network_folder
from lth_keras.training import Interrupted
from lth_keras.variables import named_variables

_MIB = 2**20


@dataclasses.dataclass(frozen=True)
class Prepared:
    """An experiment whose every input was checked, and nothing written yet.

    Attributes:
      experiment, data, context: the parts.
      configuration: the resolved configuration, as JSON.
      run: name of the run's folder.
      bindings: gin's texts of it.
    """

    experiment: Experiment
    data: LoadedData
    context: Context
    configuration: dict
    run: str
    bindings: Bindings


def prepare(experiment, output_dir, data_dir=None, checkpoint_seconds=300, should_stop=None,
            data=None):
    """Loads the data, builds every architecture, and checks what can be checked.

    Args:
      experiment: `Experiment` with a name.
      output_dir: where runs live.
      data_dir: where prepared TFDS data are.
      checkpoint_seconds, should_stop: as `Context`'s.
      data: the experiment's `LoadedData`; None loads them.

    Raises:
      ConfigurationError: something is wrong; nothing has been written.
    """
    # First of all: TensorFlow wants to know its cluster before it computes anything.
    replicas = experiment.distribution.start()
    data = experiment.dataset.load(data_dir) if data is None else data
    prepared = assemble(experiment, data, output_dir, checkpoint_seconds, should_stop, replicas)
    context = prepared.context
    multi_worker.check_same_run(context, prepared.run)
    checking.check_network(context)
    with context.replicas.guard():
        context.trainer()
    experiment.check_durations(context.steps_per_epoch)
    for job in jobs.trial_jobs(experiment, 1):
        arguments = checking.check_job(context, job)
        if context.replicas.workers > 1:
            # Variables are made by all workers in step: now, before each goes its way.
            with context.replicas.guard():
                context.trainer(**arguments)
    prepared.bindings.note(gin.operative_config_str())
    if context.replicas.is_chief:
        check_space(prepared)
    return prepared


def assemble(experiment, data, output_dir, checkpoint_seconds=300, should_stop=None,
             replicas=None):
    """`prepare` without its checks."""
    replicas = replicas or experiment.distribution.start()
    context = Context(
        experiment, data, None, checkpoint_seconds, should_stop, replicas)
    configuration = identity.resolved(experiment, context.build())
    run = identity.run_name(
        experiment.name or "experiment", data, identity.digest(configuration, data.fingerprint)
    )
    context.configuration_digest = fingerprints.configuration_digest(configuration)
    context.paths = RunPaths(pathlib.Path(output_dir) / run)
    return Prepared(experiment, data, context, configuration, run, Bindings())


def total_steps(prepared):
    """Updates of the whole run, stored ones included."""
    return sum(
        train_job.planned_steps(prepared.context, job) for job in jobs.graph(prepared.experiment)
    )


def execute(prepared, reporter, sinks=(), accept_other_versions=False, title=""):
    """Does every job that is not done, one after the other, and writes the tables.

    Args:
      prepared: what `prepare` gave.
      reporter: a `ProgressDisplay`, or anything with its methods.
      sinks: `Sink`s, told of each job as it goes.
      accept_other_versions: go on with a run that was begun with other versions.
      title: put before the jobs' labels, where several runs go on at once.

    Returns:
      The summary table.

    Raises:
      RunError: the run stopped; the same command goes on with it.
      ConfigurationError: the run was begun with other versions.
    """
    with multi_worker.leading(prepared.context), \
            recording(prepared, reporter, sinks, accept_other_versions, title) as running:
        should_stop = prepared.context.should_stop
        for job in running.jobs:
            if running.settled(job):
                continue
            if should_stop is not None and should_stop():
                raise Interrupted
            running.started(job)
            running.done(job, do_job(
                prepared.context, job, sinks, functools.partial(running.evaluated, job)))
        return running.finish()


def check_space(prepared):
    """Checks that the disk has room for what the run is going to write.

    Raises:
      ConfigurationError: it has not; says how much is needed.
    """
    context = prepared.context
    weights = sum(
        4 * variable.shape.num_elements() for variable in named_variables(context.build()).values())
    todo = [
        job for job in jobs.graph(prepared.experiment)
        if not network_folder.is_done(context.paths.network(job.trial, job.name))
    ]
    # Per network: weights at its start and end, masks, and one checkpoint with two moments.
    needed = len(todo) * 3 * weights + 8 * weights
    place = context.paths.root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if todo and free < needed:
        raise ConfigurationError(
            f"the run needs about {needed / _MIB:,.0f} MiB under {place} and "
            f"{free / _MIB:,.0f} MiB are free; make room, or give another --output_dir"
        )

