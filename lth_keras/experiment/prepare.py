"""Prepares a run from an experiment: checks everything and writes nothing."""

import dataclasses
import errno
import pathlib
import shutil
import tempfile

import gin

from lth_keras import files, masks, opening, pruning
from lth_keras.data import LoadedData
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import experiment_checks, fallback, identity, multi_worker
from lth_keras.experiment.bindings import Bindings
from lth_keras.experiment.context import Context
from lth_keras.experiment.forward_pass import check_forward
from lth_keras.experiment.imp import all_jobs
from lth_keras.experiment.job_context import JobContext
from lth_keras.experiment.settings import Experiment
from lth_keras.paths import RunPaths
from lth_keras.store import network_folder
from lth_keras.store.fingerprints import configuration_digest
from lth_keras.variables import named_variables

_MIB = 2**20


@dataclasses.dataclass(frozen=True)
class Prepared:
    """An experiment whose every input was checked.

    Attributes:
      experiment, data, context: the parts.
      jobs: a `JobContext` for each network, each after those it needs.
      configuration: the resolved configuration, as JSON.
      run: name of the run's folder.
      bindings: gin's texts of the run.
      kernels: a `pruning.KernelRow` for each matrix of the network: what is pruned, or why not.
      fallback_changes: {setting: (bound, used)}, where the data were replaced by the fallback.
    """

    experiment: Experiment
    data: LoadedData
    context: Context
    jobs: tuple[JobContext, ...]
    configuration: dict
    run: str
    bindings: Bindings
    kernels: tuple
    fallback_changes: dict = dataclasses.field(default_factory=dict)

    @property
    def total_steps(self) -> int:
        """Updates of the whole run, stored ones included."""
        return sum(job.planned_steps for job in self.jobs)


def prepare(experiment, output_dir, data_dir=None, checkpoint_seconds=300, should_stop=None,
            data=None) -> Prepared:
    """Loads the data, builds every architecture, and checks what can be checked.

    Args:
      experiment: `Experiment` with a name.
      output_dir: the folder of runs.
      data_dir: where prepared TFDS data are.
      checkpoint_seconds, should_stop: as `Context`'s.
      data: the experiment's `LoadedData`; None loads them.

    Raises:
      ConfigurationError: something is wrong; nothing has been written.
    """
    # This comes first: TensorFlow must know its cluster before it computes anything.
    replicas = experiment.distribution.start()
    data = experiment.dataset.load(data_dir, experiment.task) if data is None else data
    prepared = assemble(experiment, data, output_dir, checkpoint_seconds, should_stop, replicas)
    context = prepared.context
    multi_worker.check_same_run(context, prepared.run)
    experiment_checks.check_network(context)
    with context.replicas.guard():
        # Compact training refuses some optimizers.
        context.trainer_for({weight.key: masks.ones(weight.shape) for weight in context.prunable})
    if not opening.exists(context.paths.run_json):  # A stored run has passed this check.
        check_forward(context)
    prepared.experiment.check_durations(context.steps_per_epoch)
    for job in prepared.jobs:
        if job.trial == 1:  # The other trials differ only in their seeds.
            _check_job(job)
    prepared.bindings.note(gin.operative_config_str())
    if context.replicas.is_chief:
        check_space(prepared)
    return prepared


def assemble(experiment, data, output_dir, checkpoint_seconds=300, should_stop=None,
             replicas=None, theta_0=None) -> Prepared:
    """`prepare` without its checks.

    Args:
      experiment, data, output_dir, checkpoint_seconds, should_stop, replicas: as `prepare`'s.
      theta_0: the digest of the first trial's initial weights, where another machine has drawn
        them: on another processor they may differ in their last bits.
    """
    replicas = replicas or experiment.distribution.start()
    experiment, changes = fallback.for_data(experiment, data)
    context = Context(
        experiment, data, None, checkpoint_seconds, should_stop, replicas)
    if theta_0 is None:
        theta_0 = replicas.share(files.sha256_of_arrays(context.initial_weights(1)))
    configuration = identity.resolved(experiment, context.plain, theta_0)
    run = identity.run_name(
        experiment.name or "experiment", data, identity.digest(configuration, data.fingerprint)
    )
    context.configuration_digest = configuration_digest(configuration)
    context.paths = RunPaths(pathlib.Path(output_dir) / run)
    jobs = tuple(JobContext(context, job) for job in all_jobs(experiment))
    kernels = experiment_checks.with_units(pruning.kernel_table(
        context.plain, context.schedule, experiment.never_prune, experiment.also_prune),
        context.channels)
    return Prepared(experiment, data, context, jobs, configuration, run, Bindings(), kernels,
                    changes)


def check_space(prepared):
    """Checks that the place can be written and has room for what the run is going to write.

    Raises:
      ConfigurationError: it cannot, with the system's reason; or it has no room, with how much is
        needed.
    """
    context = prepared.context
    weights = sum(
        4 * variable.shape.num_elements() for variable in named_variables(context.plain).values())
    todo = [job for job in prepared.jobs if not network_folder.is_done(job.folder)]
    # Per network: weights at its start and end, masks, and one checkpoint with two moments.
    needed = len(todo) * 3 * weights + 8 * weights
    folder = context.paths.root
    while not folder.exists():
        folder = folder.parent
    if todo:
        _check_writable(folder)
    free = shutil.disk_usage(folder).free
    if todo and free < needed:
        raise ConfigurationError(
            f"the run needs about {needed / _MIB:,.0f} MiB under {folder} and "
            f"{free / _MIB:,.0f} MiB are free; make room, or give another --output_dir"
        )


def _check_writable(folder):
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise ConfigurationError(
                f"{folder} is not writable ({error.strerror or error}); give another --output_dir"
            ) from error


def _check_job(job):
    experiment_checks.check_job(job)
    replicas = job.context.replicas
    if replicas.workers > 1:
        # All workers must make their variables at the same time: now, before they do different
        # things.
        with replicas.guard():
            job.trainer  # Made now: it is made when it is first asked for.
