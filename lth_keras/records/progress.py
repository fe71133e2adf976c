"""What a person sees while a run goes on: a bar on a terminal, a few plain lines in a log."""

import time

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

# Drawn four times a second: smooth enough to read, and too seldom to slow training down.
_DRAWINGS_PER_SECOND = 4
_SECONDS_BETWEEN_LINES = 30


class _Display(Bar):
    """The run's bar, and below it a line on the unit in hand: together they exceed 80 columns."""

    unit = ""

    def get_renderables(self):
        yield from super().get_renderables()
        yield Text(self.unit, no_wrap=True)


class Progress:
    """The display of one run, as a context manager.

    A unit is one trained network: a round or a variant of a trial. The time left is estimated
    from the steps that were trained, not from units that were found stored.

        with Progress(total_steps=3000, title="mnist_lt") as progress:
            progress.unit_started("trial 1 round_00", steps=1500, epochs=5)
            progress.advanced(300, epoch=1, accuracy=0.93)
            progress.unit_finished("trial 1 round_00", accuracy=0.97)
            progress.unit_skipped("trial 1 round_01", steps=1500, why="already stored")
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
        self._done = 0  # trained, skipped, or given up with a unit that ended early
        self._trained = 0
        self._busy = 0.0  # seconds in finished units
        self._unit_started = None
        self._unit_steps = self._unit_done = 0
        self._label = self._epochs = None
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

    def unit_started(self, label, steps, epochs):
        """The unit `label` begins; it will train `steps` updates, which are `epochs` epochs."""
        self._label, self._epochs = label, epochs
        self._unit_steps, self._unit_done = steps, 0
        self._unit_started = self._shown = time.monotonic()
        self._draw(label)

    def advanced(self, steps, epoch, accuracy=None, loss=None):
        """`steps` more updates of the unit are done, up to `epoch`; cheap to call often."""
        self._done += steps
        self._trained += steps
        self._unit_done += steps
        now = time.monotonic()
        if now - self._shown < self._pause:
            return
        self._shown = now
        line = f"{self._label}: {self._state(epoch, accuracy, loss)}"
        if self._bar:
            self._draw(line)
        else:
            self._print(f"{line}; {self._position()}")

    def unit_finished(self, label, accuracy=None, seconds=None):
        """The unit is stored; `seconds` is measured here unless it is given."""
        measured = time.monotonic() - self._unit_started
        self._busy += measured
        self._unit_started = None
        self._done += self._unit_steps - self._unit_done
        seconds = measured if seconds is None else seconds
        parts = [] if accuracy is None else [f"accuracy {100 * accuracy:.2f} %"]
        parts.append(f"{seconds:.1f} s")
        self._print(f"{label}: {', '.join(parts)}; {self._position()}")
        self._draw(label)

    def unit_skipped(self, label, steps, why):
        """The unit needs no training, and `why`: it is stored already, for instance."""
        self._done += steps
        self._print(f"{label}: {why}")
        self._draw(f"{label}: {why}")

    def note(self, text):
        """A line for the reader, above the bar where there is one."""
        self._print(text)

    def seconds_left(self):
        """Estimated seconds to the end of the run, or None before a step was trained."""
        running = 0 if self._unit_started is None else time.monotonic() - self._unit_started
        if not self._trained:
            return None
        return (self._busy + running) / self._trained * max(0, self._total - self._done)

    def _state(self, epoch, accuracy, loss):
        parts = [f"epoch {round(epoch, 1):g}/{round(self._epochs, 1):g}"]
        if accuracy is not None:
            parts.append(f"accuracy {100 * accuracy:.2f} %")
        if loss is not None:
            parts.append(f"loss {loss:.4g}")
        return ", ".join(parts)

    def _left(self):
        seconds = self.seconds_left()
        if seconds is None or self._done >= self._total:
            return ""
        return f"about {_span(seconds)} left"

    def _position(self):
        place = f"{self._done:,} of {self._total:,} steps"
        return f"{place}, {self._left()}" if self._left() else place

    def _draw(self, unit):
        if self._bar:
            self._bar.unit = unit
            self._bar.update(self._task, completed=self._done, left=self._left())

    def _print(self, line):
        # soft_wrap: in a log a line is a line, however wide the terminal would have been.
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def _span(seconds):
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
