"""Ctrl-C and SIGTERM: the first stops a run at the next safe point, a second one at once."""

import contextlib
import signal
import threading

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Stopper:
    """Whether a signal asked the run to stop, and which one."""

    def __init__(self):
        self.signal_name = None

    def __call__(self):
        """True after a signal came."""
        return self.signal_name is not None

    @contextlib.contextmanager
    def listening(self):
        """A context in which SIGINT and SIGTERM ask the run to stop."""
        before = {each: signal.signal(each, self._stop) for each in STOPPING}
        try:
            yield self
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _stop(self, number, frame):
        del frame
        self.signal_name = signal.Signals(number).name
        # The next signal ends the process at once, as in any program. That damages no file: at any
        # instant every file is whole or absent.
        for each in STOPPING:
            signal.signal(each, signal.SIG_DFL)


@contextlib.contextmanager
def kept():
    """Restores this process's handlers after a call that sets others.

    Ray sets a handler for SIGTERM when it starts, and TensorFlow when it joins a cluster.
    """
    before = {each: signal.getsignal(each) for each in STOPPING}
    try:
        yield
    finally:
        # Only the main thread may set handlers.
        if threading.current_thread() is threading.main_thread():
            for each, handler in before.items():
                if handler is not None:  # None stands for a handler that Python did not set.
                    signal.signal(each, handler)
