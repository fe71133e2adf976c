"""The display of a run: plain lines in a log, a bar on a terminal, and little time for either."""

import io
import time

import pytest
from rich.console import Console

from lth_keras.console import progress
from lth_keras.console.progress import ProgressDisplay


class Clock:
    """`time.monotonic` under the test's control."""

    now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_a_log_gets_plain_lines(clock):
    file = io.StringIO()
    with ProgressDisplay(300, "mnist_lt", Console(file=file, width=20)) as shown:
        shown.job_skipped("trial 1 round_00", steps=100, why="already stored")
        shown.job_started("trial 1 [round_01]", steps=100, epochs=4)
        for step in range(1, 101):
            clock.now += 1
            shown.advanced("trial 1 [round_01]", 1, step / 25, "accuracy 50.00 %", loss=0.25)
        shown.job_finished("trial 1 [round_01]", reached="accuracy 97.65 %")
        shown.note("a note")
        shown.job_started("trial 1 round_02", steps=100, epochs=4)
        clock.now += 5
        shown.advanced("trial 1 round_02", 60, epoch=2.4)
        shown.job_finished("trial 1 round_02", seconds=7)
    # A step takes 1 s; skipped steps do not count as fast ones. Every 30 s there is a line.
    assert file.getvalue().splitlines() == [
        "mnist_lt: 300 steps",
        "trial 1 round_00: already stored",
        "trial 1 [round_01]: epoch 1.2/4, accuracy 50.00 %, loss 0.25; "
        "130 of 300 steps, about 3 min left",
        "trial 1 [round_01]: epoch 2.4/4, accuracy 50.00 %, loss 0.25; "
        "160 of 300 steps, about 2 min left",
        "trial 1 [round_01]: epoch 3.6/4, accuracy 50.00 %, loss 0.25; "
        "190 of 300 steps, about 2 min left",
        "trial 1 [round_01]: accuracy 97.65 %, 100.0 s; 200 of 300 steps, about 2 min left",
        "a note",
        "trial 1 round_02: 7.0 s; 300 of 300 steps",
    ]


def test_time_left_is_from_steps_that_were_trained(clock):
    shown = ProgressDisplay(1000, "run", Console(file=io.StringIO()))
    assert shown.seconds_left() is None
    shown.job_skipped("a", 500, "stored")
    assert shown.seconds_left() is None
    shown.job_started("b", 100, 1)
    clock.now += 20
    shown.advanced("b", 100, epoch=1)
    assert shown.seconds_left() is None  # Most of it may have been compiling.
    shown.job_finished("b")
    shown.job_started("c", 100, 1)
    clock.now += 10
    shown.advanced("c", 100, epoch=1)
    assert shown.seconds_left() == pytest.approx(300 * 10 / 100)
    shown.job_finished("c")
    clock.now += 1000  # between jobs nothing is trained
    assert shown.seconds_left() == pytest.approx(30)


def test_time_left_leaves_out_a_jobs_first_stretch_in_which_it_compiles(clock):
    shown = ProgressDisplay(1000, "run", Console(file=io.StringIO()))
    shown.job_started("a", 400, 4)
    clock.now += 60  # of which compilation took 50 s
    shown.advanced("a", 100, epoch=1)
    assert shown.seconds_left() == pytest.approx(900 * 60 / 100)  # No other network has been timed
    # yet.
    clock.now += 10
    shown.advanced("a", 100, epoch=2)
    assert shown.seconds_left() == pytest.approx(800 * 10 / 100)
    clock.now += 30
    shown.advanced("a", 200, epoch=4)
    shown.job_finished("a")
    assert shown.seconds_left() == pytest.approx(600 * 40 / 300)
    shown.job_started("b", 100, 1)
    clock.now += 5  # A network that is evaluated once, after another has compiled.
    shown.advanced("b", 100, epoch=1)
    assert shown.seconds_left() == pytest.approx(500 * 40 / 300)


def test_a_terminal_gets_a_bar():
    file = io.StringIO()
    with ProgressDisplay(100, "[run]", Console(file=file, force_terminal=True, width=80)) as shown:
        label = "trial 1 small_dense_random@10"
        shown.job_started(label, steps=100, epochs=100)
        time.sleep(0.3)
        shown.advanced(label, 50, epoch=50, reached="accuracy 97.12 %", loss=0.0123)
        time.sleep(0.5)
        shown.job_finished(label, reached="accuracy 97.00 %")
    text = file.getvalue()
    assert "\x1b[" in text and "50 %" in text and "[run]" in text and "…" not in text
    assert "trial 1 small_dense_random@10: epoch 50/100, accuracy 97.12 %, loss 0.0123" in text
    assert "accuracy 97.00 %" in text


def test_several_units_at_once(clock):
    file = io.StringIO()
    with ProgressDisplay(400, "run", Console(file=file, width=20)) as shown:
        for name in "ab":
            shown.job_started(name, steps=100, epochs=4)
        for step in range(1, 31):
            clock.now += 1
            for name in "ab":
                shown.advanced(name, 1, epoch=step / 25)
        # Two steps a second: 340 steps take 170 s, but a chain of 200 takes 200 s.
        assert shown.seconds_left() == pytest.approx(170)
        shown.chain(200)
        assert shown.seconds_left() == pytest.approx(200)
        shown.job_lost("b", "its worker died")
        assert shown.seconds_left() == pytest.approx(200)
        shown.job_finished("a")
    assert file.getvalue().splitlines() == [
        "run: 400 steps",
        "a: epoch 1.2/4 | b: epoch 1.2/4; 59 of 400 steps, about 3 min left",
        "b: its worker died",
        "a: 30.0 s; 100 of 400 steps, about 3 min left",
    ]


def test_a_terminal_shows_a_line_per_job():
    file = io.StringIO()
    with ProgressDisplay(400, "run", Console(file=file, force_terminal=True, width=80)) as shown:
        for name in ("first", "second", "third " + 90 * "x"):
            shown.job_started(name, steps=100, epochs=4)
        for name in ("first", "second", "third " + 90 * "x"):
            time.sleep(0.3)
            shown.advanced(name, 1, epoch=1, reached="accuracy 50.00 %")
        time.sleep(0.3)
    lines = file.getvalue().split("\n")
    assert any("first: epoch 1/4, accuracy 50.00 %" in line for line in lines)
    assert any("second: epoch 1/4" in line for line in lines)
    assert any("third xxx" in line and "…" in line for line in lines)


@pytest.mark.parametrize("terminal", [True, False])
def test_it_costs_little(terminal):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80)
    with ProgressDisplay(20_000, "run", console) as shown:
        shown.job_started("a", 20_000, 1)
        start = time.process_time()
        for step in range(20_000):
            shown.advanced("a", 1, epoch=step / 20_000, reached="accuracy 50.00 %")
        # 1,000 calls a second for 20 seconds of training: well under a hundredth of it.
        assert time.process_time() - start < 0.2
        shown.job_finished("a")
