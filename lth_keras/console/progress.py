"""The progress display: a bar on a terminal, a few plain lines in a log file."""

import dataclasses
import time

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from lth_keras.durations import seconds_in_words
from lth_keras.plain_text import plain

# Four times a second is enough to read, and does not slow down training.
_DRAWINGS_PER_SECOND = 4
_SECONDS_BETWEEN_LINES = 30
# A first stretch shorter than so many seconds may be compiling for the most part: alone it tells
# nothing about the time left.
_COMPILING = 30
# A line of a log describes up to so many jobs; if there are more, it only counts them.
_TOLD_IN_A_LINE = 4


class _Display(Bar):
    """The run's bar, and below it a line for each running job, in 80 columns."""

    jobs = ()

    def get_renderables(self):
        yield from super().get_renderables()
        for job in self.jobs:
            yield Text(job, no_wrap=True, overflow="ellipsis")


@dataclasses.dataclass
class _Running:
    """A job in training."""

    label: str
    steps: int
    epochs: float
    started: float
    measured: float
    done: int = 0
    state: str = ""

    def __str__(self):
        return f"{self.label}: {self.state}" if self.state else self.label


class ProgressDisplay:
    """The display of one run, or of several together, as a context manager.

    A job trains one network: a round or a variant of a trial; several may be in training at once.
    The time left is estimated from the steps that were trained. Jobs that were already stored do
    not count. A job's first stretch does not count either, because TensorFlow may compile then,
    unless there is nothing else; if it is short and the only one, there is no estimate yet. Where
    jobs run side by side, the estimate is at least the time of the steps given to `chain`.

        with ProgressDisplay(total_steps=3000, title="mnist_lt") as progress:
            progress.job_started("trial 1 round_00", steps=1500, epochs=5)
            progress.advanced("trial 1 round_00", 300, epoch=1, reached="accuracy 93.00 %")
            progress.job_finished("trial 1 round_00", reached="accuracy 97.00 %")
            progress.job_skipped("trial 1 round_01", steps=1500, why="already stored")
    """

    def __init__(self, total_steps, title, console=None):
        """
        Args:
          total_steps: optimizer updates of the whole run, stored ones included.
          title: the run's name.
          console: a `rich.console.Console`; by default standard output.
        """
        self._console = console or Console()
        self._total = total_steps
        self._title = title
        self._done = 0  # trained, skipped, or given up with a job that ended early
        self._steady_steps = 0  # trained after the first stretch of each job
        self._steady_seconds = 0.0  # the time of these steps, counted once per job
        self._first_rate = None  # the fewest seconds per step of a first stretch that tells it
        self._compiled = False  # whether a first stretch is over
        self._running = {}
        self._busy = 0.0  # seconds in which any job was in training
        self._job_seconds = 0.0  # the same seconds, counted once per job
        self._counted = time.monotonic()  # until when these two are counted
        self._chain = 0
        self._last = ""
        self._shown = time.monotonic()
        self._pause = _SECONDS_BETWEEN_LINES
        self._bar = None
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._pause = 1 / _DRAWINGS_PER_SECOND
            self._bar = _Display(
                TextColumn("{task.description}", markup=False), BarColumn(bar_width=20),
                TextColumn("{task.percentage:>3.0f} %"),
                TextColumn("{task.fields[left]}", markup=False),
                console=self._console, refresh_per_second=_DRAWINGS_PER_SECOND, transient=True,
            )
            self._task = self._bar.add_task(title, total=total_steps, left="")

    def __enter__(self):
        if self._bar:
            self._bar.start()
        else:
            self._print(f"{self._title}: {self._total:,} steps")
        return self

    def __exit__(self, *exception):
        if self._bar:
            self._bar.stop()

    def job_started(self, label, steps, epochs):
        """The job `label` begins; it will train `steps` updates, which are `epochs` epochs."""
        self._count()
        if not self._running:
            self._shown = self._counted
        self._running[label] = _Running(
            label, steps, epochs, self._counted, self._counted)
        self._draw()

    def advanced(self, label, steps, epoch, reached=None, loss=None):
        """`steps` more updates of a job are done; it is now in epoch `epoch`. Cheap to call.

        Args:
          label, steps, epoch: as said.
          reached: what its network reached, as a text such as 'accuracy 93.00 %'.
          loss: of its training.
        """
        job = self._running[label]
        self._done += steps
        now = time.monotonic()
        self._measure(job, steps, now - job.measured)
        job.measured = now
        job.done += steps
        if now - self._shown < self._pause and len(self._running) == 1:
            return
        job.state = self._state(job, epoch, reached, loss)
        if now - self._shown < self._pause:
            return
        self._shown = now
        if self._bar:
            self._draw()
        else:
            self._print(f"{self._jobs_text()}; {self._position()}")

    def job_finished(self, label, reached=None, seconds=None):
        """The job is stored; `reached` as in `advanced`; `seconds` is measured unless given."""
        self._count()
        job = self._running.pop(label)
        self._done += job.steps - job.done
        seconds = self._counted - job.started if seconds is None else seconds
        parts = [] if reached is None else [reached]
        parts.append(f"{seconds:.1f} s")
        self._print(f"{label}: {', '.join(parts)}; {self._position()}")
        self._draw(label)

    def job_lost(self, label, why):
        """The job ended without a result; the caller starts it again or gives it up."""
        self._count()
        job = self._running.pop(label)
        self._done -= job.done
        self._print(f"{label}: {why}")
        self._draw(f"{label}: {why}")

    def job_skipped(self, label, steps, why):
        """The job needs no training; `why` is the reason, such as 'already stored'."""
        self._done += steps
        self._print(f"{label}: {why}")
        self._draw(f"{label}: {why}")

    def chain(self, steps):
        """Sets the steps that are left in the longest chain of jobs that wait for each other."""
        self._chain = steps

    def note(self, text):
        """A line for the reader, above the bar where there is one."""
        self._print(text)

    def seconds_left(self):
        """Estimated seconds to the end of the run, or None before a step was trained."""
        self._count()
        if self._steady_steps:
            rate = self._steady_seconds / self._steady_steps
        elif self._first_rate is not None:
            rate = self._first_rate
        else:
            return None
        side_by_side = self._job_seconds / self._busy if self._busy else 1.0
        left = rate * max(0, self._total - self._done) / side_by_side
        # Jobs that wait for each other run one after the other, however many workers there are.
        return max(left, rate * self._chain)

    def _measure(self, job, steps, seconds):
        if job.done:
            self._steady_steps += steps
            self._steady_seconds += seconds
        elif steps:
            if self._compiled or seconds >= _COMPILING:
                rate = seconds / steps
                self._first_rate = min(rate, self._first_rate or rate)
            self._compiled = True

    def _count(self):
        now = time.monotonic()
        if self._running:
            self._busy += now - self._counted
            self._job_seconds += (now - self._counted) * len(self._running)
        self._counted = now

    def _state(self, job, epoch, reached, loss):
        parts = [f"epoch {round(epoch, 1):g}/{round(job.epochs, 1):g}"]
        if reached is not None:
            parts.append(reached)
        if loss is not None:
            parts.append(f"loss {loss:.4g}")
        return ", ".join(parts)

    def _jobs_text(self):
        told = [str(job) for job in self._running.values()]
        if len(told) > _TOLD_IN_A_LINE:
            told[_TOLD_IN_A_LINE:] = [f"and {len(told) - _TOLD_IN_A_LINE} more"]
        return " | ".join(told)

    def _left(self):
        seconds = self.seconds_left()
        if seconds is None or self._done >= self._total:
            return ""
        return f"about {seconds_in_words(seconds)} left"

    def _position(self):
        place = f"{self._done:,} of {self._total:,} steps"
        return f"{place}, {self._left()}" if self._left() else place

    def _draw(self, last=None):
        self._last = self._last if last is None else last
        if self._bar:
            # Between two jobs the line of the last one stays, so that the display does not move.
            self._bar.jobs = [str(job) for job in self._running.values()] or [self._last]
            self._bar.update(self._task, completed=self._done, left=self._left())

    def _print(self, line):
        # soft_wrap: rich must not break a line of a log file at the width of a terminal.
        self._console.print(plain(line), markup=False, highlight=False, soft_wrap=True)
