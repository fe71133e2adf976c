"""The sink that writes a run's event files as it goes."""

import contextlib
import time

from lth_keras import files
from lth_keras.records import store
from lth_keras.records.sink import Sink
from lth_keras.records.tensorboard import events, networks, written

# A gradient costs about two updates: once in this many is about one percent.
_UPDATES_PER_GRADIENT = 200


class TensorBoard(Sink):
    """One event file per trained network, under `tensorboard/<network>/trial_NN/`.

    Scalars reach the disk at each evaluation; histograms, images and the row of the hparams
    dashboard when the network is stored. A file of a stored network is never written again.

    Args:
      paths: `RunPaths`.
      gradient_norm: None, or a function of the unit in training that gives the norm of the
        gradient of its loss; asked at an evaluation at most once in 200 updates.
    """

    def __init__(self, paths, gradient_norm=None):
        self._paths = paths
        self._gradient_norm = gradient_norm
        self._file = None
        self._measured = None
        self._header = None

    def run_started(self):
        """Writes what belongs to the run as a whole."""
        written.write_run(self._paths)

    def unit_started(self, unit):
        """Opens the network's unfinished file."""
        if self._header is None:
            self._header = store.header(self._paths)
        if self._file is not None:  # A unit was interrupted in this process.
            with contextlib.suppress(OSError):  # Perhaps by a full disk, which this one met too.
                self._file.close()
        folder = written.folder_of(self._paths, unit.trial, unit.name)
        with files.writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = open(written.unfinished_path(folder), "wb")
        self._write(events.opening(time.time()))
        self._measured = None

    def evaluated(self, unit, evaluation):
        """Writes the scalars, so that they can be seen at once."""
        norm = None
        if self._gradient_norm is not None and (
            self._measured is None or evaluation.step - self._measured >= _UPDATES_PER_GRADIENT
        ):
            norm = self._gradient_norm(unit)
            self._measured = evaluation.step
        values = {tag: getattr(evaluation, column) for tag, column in networks.TAGS.items()}
        present = {tag: value for tag, value in values.items() if value is not None}
        summary = events.scalars(present | {networks.GRADIENT_NORM: norm})
        self._write([events.event(summary, time.time(), evaluation.step)])

    def unit_finished(self, unit, facts):
        """Writes the network's finished file from what is stored of it."""
        with files.writing(self._file.name):
            self._file.close()
        self._file = None
        written.finish(self._paths, self._header, unit.trial, unit.name)

    def run_finished(self, summary):
        """Finishes what an earlier process was interrupted in."""
        header = store.header(self._paths)
        for done in sorted(self._paths.root.glob(f"trial_*/*/{store.DONE}")):
            trial, name = int(done.parent.parent.name.removeprefix("trial_")), done.parent.name
            if not written.is_written(written.folder_of(self._paths, trial, name)):
                written.finish(self._paths, header, trial, name)

    def _write(self, found):
        with files.writing(self._file.name):
            self._file.write(events.encode(found))
            self._file.flush()
