"""Signals: the first asks the run to stop, and handlers come back."""

import signal

import pytest

from lth_keras import signals


@pytest.mark.parametrize("which", signals.STOPPING)
def test_the_first_signal_is_noted_and_the_second_ends_the_process(which):
    before = signal.getsignal(which)
    stopper = signals.Stopper()
    with stopper.listening():
        assert not stopper()
        signal.raise_signal(which)
        assert stopper() and stopper.signal_name == which.name
        # The next one has the system's own effect.
        assert {signal.getsignal(each) for each in signals.STOPPING} == {signal.SIG_DFL}
    assert signal.getsignal(which) is before


def test_handlers_that_a_library_sets_are_taken_back():
    before = signal.getsignal(signal.SIGTERM)
    with signals.kept():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGTERM) is before
