"""The devices that one network trains on together, in this process and in others."""

import contextlib
import pickle

import numpy as np

from lth_keras.compat import tf
from lth_keras.errors import RunError

# A message is sent as a sum of float32 numbers, each of which holds 16 bits: every backend adds
# these exactly. All parts have one size, because a collective operation is compiled for its shape.
_WORDS = 2**18
_LOST = (
    tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.DeadlineExceededError,
    tf.errors.CancelledError, tf.errors.InternalError,
)


class Replicas:
    """Copies of a network that train in step, each on its share of every batch.

    Without a strategy there is one replica, and every method returns its argument.

    Args:
      strategy: a `tf.distribute.Strategy`, or None for one device.
      device: without a strategy, the device's name, or None for TensorFlow's choice.
      kind: its name in run.json.
      workers: processes that take part.
      worker: the number of this process; 0 is the chief, which alone writes files.
    """

    def __init__(self, strategy=None, device=None, kind="one_device", workers=1, worker=0):
        self.strategy = strategy
        self.count = strategy.num_replicas_in_sync if strategy else 1
        self.kind = kind
        self.workers = workers
        self.worker = worker
        self.is_chief = worker == 0
        self._device = device
        self._here = self.count // workers
        self._sum = tf.function(self._sum_over_workers)

    def describe(self):
        """The entry in run.json: kind and numbers, on which rounding depends."""
        return {"kind": self.kind, "replicas": self.count, "workers": self.workers}

    def scope(self):
        """Context manager under which variables are made, read and assigned."""
        if self.strategy is not None:
            return self.strategy.scope()
        return tf.device(self._device) if self._device else contextlib.nullcontext()

    def any(self, flag):
        """Whether `flag` is true on any worker."""
        if self.workers == 1:
            return flag
        return bool(self._total(np.array([flag], np.float32))[0])

    def chiefs(self, number):
        """The chief's `number`, an integer below 2**24, on every worker."""
        if self.workers == 1:
            return number
        return int(self._total(np.array([number if self.is_chief else 0], np.float32))[0])

    def share(self, message=None):
        """The chief's `message`, on every worker; the others wait for it.

        The message is pickled. That is safe here: it comes from the same program, over the channel
        on which TensorFlow's workers already run each other's graphs.
        """
        if self.workers == 1:
            return message
        content = pickle.dumps(message) if self.is_chief else b""
        size = int.from_bytes(self._broadcast(len(content).to_bytes(8, "little"), 8), "little")
        parts = [
            self._broadcast(content[first : first + 2 * _WORDS], 2 * _WORDS)
            for first in range(0, size, 2 * _WORDS)
        ]
        return pickle.loads(b"".join(parts)[:size])

    @contextlib.contextmanager
    def guard(self):
        """Turns TensorFlow's errors about a worker that is gone into one clear line.

        Raises:
          RunError: another worker died, or cannot be reached.
        """
        try:
            yield
        except _LOST as error:
            if self.workers == 1:
                raise
            reason = next(
                (line for line in str(error).splitlines() if "aborted by" in line.lower()),
                str(error).strip().splitlines()[-1] if str(error).strip() else "no reason given")
            raise RunError(
                f"worker {self.worker} of {self.workers} lost another worker, or its network "
                f"({type(error).__name__}: {reason.strip()}); what is done is stored: give the "
                "same commands again on all workers to go on"
            ) from error

    def _broadcast(self, content, size):
        words = np.zeros(size // 2, np.float32)
        if self.is_chief:
            padded = content.ljust(size, b"\0")
            words[:] = np.frombuffer(padded, "<u2")
        return self._total(words).astype("<u2").tobytes()

    def _total(self, values):
        with self.guard():
            return self._sum(tf.constant(values)).numpy()

    def _sum_over_workers(self, values):
        def add(values):
            context = tf.distribute.get_replica_context()
            # Each worker counts once, even with several devices: only its first device adds.
            first = context.replica_id_in_sync_group % self._here == 0
            return context.all_reduce("SUM", values * tf.cast(first, tf.float32))

        return self.strategy.experimental_local_results(self.strategy.run(add, (values,)))[0]
