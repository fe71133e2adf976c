"""The worker: a process that holds one run's data and networks and does its jobs.

TensorFlow is not imported at the top: the worker has to be pinned to its cores first. XLA and
oneDNN make as many threads as the process may use cores at that moment.
"""

import ctypes
import dataclasses
import os
import pathlib
import platform
import signal
import threading
import traceback

from lth_keras.errors import ConfigurationError, RunError
from lth_keras.process_memory import peak_memory


@dataclasses.dataclass(frozen=True)
class RunRequest:
    """A run, described so that another process can prepare it.

    Attributes:
      read: function of no argument that gives the `Experiment`; picklable.
      name: the experiment's name.
      run: name of the run's folder; the worker has to find the same name.
      theta_0: the digest of the first trial's initial weights, as the driver has drawn them.
      output_dir: the folder of runs.
      data_dir, checkpoint_seconds: as `prepare`'s.
      sinks: function of a `Context` that gives the `Sink`s for its jobs; picklable.
      working_directory: what relative paths are relative to.
    """

    read: object
    name: str
    run: str
    theta_0: str
    output_dir: str
    data_dir: str | None
    checkpoint_seconds: float
    sinks: object
    working_directory: str

    @property
    def place(self):
        """(folder of runs, run): different for any two runs."""
        return self.output_dir, self.run


class Worker:
    """A worker: `where`, then `pin`, then `do` for each job; `look` and `stop` at any time."""

    def __init__(self):
        self._stop = threading.Event()
        self._request = None
        self._prepared = None
        self._jobs = self._sinks = None
        self._seen = None
        self._loaded = self._data = None

    def where(self):
        """(node, process, cores it may run on)."""
        return platform.node(), os.getpid(), sorted(os.sched_getaffinity(0))

    def pin(self, cores):
        """Keeps the process on `cores`; to be called before anything imports TensorFlow."""
        _end_with_parent()
        # Each thread has its own set of cores; threads that it starts get the same.
        for thread in os.listdir("/proc/self/task"):
            try:
                os.sched_setaffinity(int(thread), cores)
            except ProcessLookupError:
                pass
        os.environ["OMP_NUM_THREADS"] = str(len(cores))
        # Several workers may share a GPU: none may take all its memory.
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")

    def do(self, request, trial, name):
        """Trains a job of a `RunRequest`.

        Returns:
          ('done', `Outcome`); or why not, as one line: ('stopped', …) when it was asked to;
          ('refused', …) where this node arrives at another run; ('failed', …).
        """
        from lth_keras.experiment.train_job import do_job
        from lth_keras.training import Interrupted

        def show(evaluation):
            self._seen = (request.run, trial, name), evaluation

        try:
            self._take_up(request)
            show(None)
            return "done", do_job(self._jobs[trial, name], self._sinks, show)
        except Interrupted:
            return "stopped", "it was asked to stop"
        except ConfigurationError as error:
            return "refused", f"a worker on {platform.node()}: {error}"
        except RunError as error:
            return "failed", str(error)
        except Exception as error:  # noqa: BLE001 - any error has to reach the driver.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{pathlib.Path(frame.filename).name}, line {frame.lineno}"
            return "failed", f"{type(error).__name__}: {error} ({where})"

    def look(self):
        """((run, trial, name), `Evaluation`): the last job that was begun, and its last
        evaluation or None; None before any was."""
        return self._seen

    def peak_memory(self):
        """Bytes of main memory that the process has had at most."""
        return peak_memory()

    def stop(self):
        """Stops the current job at its next safe point."""
        self._stop.set()

    def _take_up(self, request):
        """Prepares the request's experiment in this process, unless it is prepared already."""
        if self._request is not None and request.place == self._request.place:
            return
        import gin

        from lth_keras.experiment.prepare import assemble

        self._request = self._prepared = self._sinks = None
        try:
            os.chdir(request.working_directory)
        except OSError as error:
            raise ConfigurationError(
                f"{request.working_directory} cannot be entered: {error.strerror}; expected the "
                "same shared file system on every node"
            ) from error
        gin.clear_config()
        experiment = dataclasses.replace(request.read(), name=request.name)
        if (experiment.dataset, experiment.task) != self._loaded:
            self._loaded = experiment.dataset, experiment.task
            self._data = experiment.dataset.load(request.data_dir, experiment.task)
        prepared = assemble(
            experiment, self._data, request.output_dir, request.checkpoint_seconds,
            self._stop.is_set, theta_0=request.theta_0)
        if prepared.run != request.run:
            raise ConfigurationError(
                f"it arrives at the run {prepared.run} and not at {request.run}; expected the same "
                "code, gin files and data on every node, unchanged while the run goes on"
            )
        self._request, self._prepared = request, prepared
        self._jobs = {(job.trial, job.name): job for job in prepared.jobs}
        self._sinks = request.sinks(prepared.context)


def _end_with_parent():
    """Makes the kernel kill this process when its parent ends: Ray's daemon of the node.

    Ray's daemon ends with the driver. A worker would notice that only after half a minute, and
    go on writing into the run beside the workers of the next driver.
    """
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)
