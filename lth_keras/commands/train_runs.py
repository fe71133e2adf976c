"""Training one experiment or the runs of a sweep, in this process or on several workers."""

import dataclasses
import functools
import os

import gin

from lth_keras.cluster.ray_pool import open_pool
from lth_keras.cluster.resources import own_cores
from lth_keras.cluster.side_by_side import execute_side_by_side
from lth_keras.cluster.worker import RunRequest
from lth_keras.commands import configuration
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import WatchedGradients, execute, follow, prepare
from lth_keras.experiment.prepare import Prepared
from lth_keras.tensorboard import TensorBoard
from lth_keras.training import MultiWorkerMirrored, in_cluster


@dataclasses.dataclass(frozen=True)
class TrainOptions:
    """The flags of the training command.

    Attributes:
      gin_files, gin_params, output_dir, data_dir, checkpoint_seconds, workers, ray_address,
        accept_other_versions, cluster_hosts, cluster_index: the flags; `workers` may be None with
        a `ray_address`.
    """

    gin_files: tuple
    gin_params: tuple
    output_dir: str
    data_dir: str | None
    checkpoint_seconds: float
    workers: int | None
    ray_address: str | None
    accept_other_versions: bool
    cluster_hosts: str | None = None
    cluster_index: int | None = None

    @property
    def is_alone(self):
        """Whether everything is done in this process."""
        return self.workers == 1 and self.ray_address is None


@dataclasses.dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep, or the only run.

    Attributes:
      point: its `SweepPoint`.
      read: function without arguments that reads the run's gin files and gives its `Experiment`.
      prepared: `Prepared`.
    """

    point: object
    read: object
    prepared: Prepared


def plan_runs(options, points, should_stop):
    """Checks the runs of all the points before any is trained.

    Args:
      options: `TrainOptions`.
      points: the `Sweep`'s.
      should_stop: as `prepare`'s.

    Returns:
      [`PlannedRun`].

    Raises:
      ConfigurationError: one of them is wrong, or two are the same run.
    """
    if not options.is_alone:
        # Several processes share the GPUs: this one must not take all their memory.
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    runs, loaded = [], _LoadedOnce(options.data_dir)
    for point in points:
        gin.clear_config()
        try:
            run = _plan_run(options, point, loaded, should_stop)
        except ConfigurationError as error:
            if not point.label:
                raise
            told = ", ".join(f"{name} = {value!r}" for name, value in point.values.items())
            raise ConfigurationError(f"Sweep.axes, at {told}: {error}") from error
        if len(points) > 1:
            run.prepared.context.release()
        _check_new(run, runs)
        runs.append(run)
    return runs


class _LoadedOnce:
    """Loads data only if the experiment before had another data source or task."""

    def __init__(self, data_dir):
        self._data_dir, self._loaded, self._data = data_dir, None, None

    def __call__(self, dataset, task):
        if (dataset, task) != self._loaded:
            self._loaded, self._data = (dataset, task), dataset.load(self._data_dir, task)
        return self._data


def _plan_run(options, point, loaded, should_stop):
    """The `PlannedRun` of one point of the sweep."""
    read = functools.partial(
        configuration.read, options.gin_files, (*options.gin_params, *point.bindings))
    experiment = read()
    if point.label:
        experiment = dataclasses.replace(experiment, name=f"{experiment.name}_{point.label}")
    distribution = in_cluster(experiment.distribution, options.cluster_hosts, options.cluster_index)
    if not options.is_alone and isinstance(distribution, MultiWorkerMirrored):
        raise ConfigurationError(
            "Experiment.distribution is @MultiWorkerMirrored(), whose workers train one "
            "network together; --workers and --ray_address train several side by side: "
            "give one or the other"
        )
    experiment = dataclasses.replace(experiment, distribution=distribution)
    # This comes before the data, because TensorFlow must know its cluster before it computes.
    distribution.start()
    prepared = prepare(experiment, options.output_dir, options.data_dir, options.checkpoint_seconds,
                       should_stop, loaded(experiment.dataset, experiment.task))
    return PlannedRun(point, read, prepared)


def _check_new(run, others):
    """Raises ConfigurationError where one of the other runs is the same experiment."""
    for other in others:
        if _identity(other.prepared) == _identity(run.prepared):
            raise ConfigurationError(
                f"Sweep.axes: {other.point.label} and {run.point.label} are the same experiment; "
                "expected bindings that the experiment uses: one in a scope wins over one without"
            )


def train_runs(options, runs, resources, progress):
    """Trains the networks of the runs that are not stored yet.

    Args:
      options: `TrainOptions`.
      runs: [`PlannedRun`].
      resources: `Resources`.
      progress: `ProgressDisplay`.

    Returns:
      [summary table].

    Raises:
      RunError: a run stopped or failed.
    """
    if options.is_alone:
        return _one_after_the_other(options, runs, progress)
    # gin holds the bindings of the last run. All runs of a sweep need about the same memory.
    context = runs[-1].prepared.context
    memory = resources.memory(context.data.resident_bytes, 4 * context.build().count_params())
    if options.ray_address is None:
        gpus = len(tf.config.list_physical_devices("GPU"))
        resources = resources.divided(options.workers, len(own_cores()), gpus)
    pool = functools.partial(
        open_pool, options.workers, options.ray_address, resources, memory, progress.note)
    return execute_side_by_side(
        [(run.prepared, _run_request(options, run), sinks_of(run.prepared.context), _title(run))
         for run in runs],
        pool, progress, resources.retries, context.should_stop, options.accept_other_versions)


def sinks_of(context):
    """The sinks of a run: TensorBoard's."""
    return [TensorBoard(context.paths, WatchedGradients())]


def _one_after_the_other(options, runs, progress):
    summaries, failures = [], []
    for run in runs:
        context = run.prepared.context
        if len(runs) > 1:
            gin.clear_config()
            run.read()
        try:
            if not context.replicas.is_chief:
                follow(context)
                continue
            summaries.append(execute(
                run.prepared, progress, sinks_of(context), options.accept_other_versions,
                _title(run)))
        except RunError as error:
            if len(runs) == 1 or context.should_stop():
                raise
            failures.append(str(error))
        context.release()
    if failures:
        raise RunError(" || ".join(failures))
    return summaries


def _run_request(options, run):
    data_dir = options.data_dir or os.environ.get("TFDS_DATA_DIR") or None
    return RunRequest(
        read=run.read, name=run.prepared.experiment.name, run=run.prepared.run,
        theta_0=run.prepared.configuration["theta_0"],
        output_dir=os.path.abspath(options.output_dir),
        data_dir=data_dir and os.path.abspath(data_dir),
        checkpoint_seconds=options.checkpoint_seconds, sinks=sinks_of,
        working_directory=os.getcwd(),
    )


def _title(run):
    return f"{run.point.label} " if run.point.label else ""


def _identity(prepared):
    return prepared.run.rsplit("-", 1)[-1]
