"""The sink that writes event files while a run goes on."""

import contextlib
import time

from lth_keras import files, opening
from lth_keras.metric import metrics_of
from lth_keras.sink import Sink
from lth_keras.store import network_folder
from lth_keras.tensorboard import event_contents, event_files, event_protocol, mean_files, run_files

# A gradient takes some five updates' time: once in 500 updates is about one percent.
_UPDATES_PER_GRADIENT = 500


class TensorBoard(Sink):
    """Event files of each trial, under `tensorboard_trials/`, and their means in `tensorboard/`.

    Scalars reach the disk at each evaluation; histograms, images and the row of the hparams
    dashboard when the network is stored. The file of a stored network is never written again; the
    mean is written with each trial that is stored. Until there is a mean, its folder shows the
    first trial.

    Args:
      paths: `RunPaths`.
      gradient_norm: None, or a function of the job in training that gives the norm of the
        gradient of its loss; asked at an evaluation at most once in 500 updates.
    """

    def __init__(self, paths, gradient_norm=None):
        self._paths = paths
        self._gradient_norm = gradient_norm
        self._files = []
        self._measured = None
        self._header = None

    def run_started(self):
        """Writes the event files of the whole run."""
        run_files.write_run(self._paths)

    def job_started(self, job):
        """Opens the network's unfinished files."""
        if self._header is None:
            self._header = network_folder.header(self._paths)
        for file in self._files:  # A job was interrupted in this process.
            with contextlib.suppress(OSError):  # The disk may be full, here too.
                file.close()
        self._files = []
        folders = [event_files.folder_of(self._paths, job.trial, job.name)]
        of_mean = mean_files.folder_of(self._paths, job.name)
        if job.trial == 1 and not event_files.is_written(of_mean):
            folders.append(of_mean)
        for folder in folders:
            with files.writing(folder):
                self._files.append(opening.created(event_files.unfinished_path(folder)))
        self._write(event_protocol.opening(time.time()))
        self._measured = None

    def evaluated(self, job, evaluation):
        """Writes the scalars, so that they can be seen at once."""
        norm = None
        if self._gradient_norm is not None and (
            self._measured is None or evaluation.step - self._measured >= _UPDATES_PER_GRADIENT
        ):
            norm = self._gradient_norm(job)
            self._measured = evaluation.step
        columns = event_contents.tags(metrics_of(self._header))
        values = {tag: evaluation.values[column] for tag, column in columns.items()}
        present = {tag: value for tag, value in values.items() if value is not None}
        summary = event_protocol.scalars(present | {event_contents.GRADIENT_NORM: norm})
        self._write([event_protocol.event(summary, time.time(), evaluation.step)])

    def job_finished(self, job, facts):
        """Writes the network's finished file from its stored files, and the mean."""
        for file in self._files:
            with files.writing(file.name):
                file.close()
        self._files = []
        event_files.finish(self._paths, self._header, job.trial, job.name)
        mean_files.write_mean(self._paths, self._header, job.name)

    def run_finished(self, summary):
        """Writes the files that an interrupted process has not written."""
        header = network_folder.header(self._paths)
        again = set()
        for trial, name in header["units"]:
            done = network_folder.is_done(self._paths.network(trial, name))
            if done and not event_files.is_written(event_files.folder_of(self._paths, trial, name)):
                event_files.finish(self._paths, header, trial, name)
                again.add(name)
        mean_files.write_means(self._paths, header, again)

    def _write(self, of_network):
        content = event_protocol.encode(of_network)
        for file in self._files:
            with files.writing(file.name):
                file.write(content)
                file.flush()
