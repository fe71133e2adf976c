"""The handlers of SIGINT and SIGTERM, which more than one library takes for its own."""

import contextlib
import signal
import threading

STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def kept():
    """Puts this process's handlers back after a call that sets others.

    Ray takes SIGTERM when it starts, and so does TensorFlow when it joins a cluster.
    """
    before = {each: signal.getsignal(each) for each in STOPPING}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():  # Others may set none.
            for each, handler in before.items():
                if handler is not None:  # None is one that Python did not set.
                    signal.signal(each, handler)
