"""What a worker may use, and how many workers fit."""

import collections
import dataclasses
import os

import gin

from lth_keras.errors import ConfigurationError

_MB = 10**6
# Memory of TensorFlow, Keras and TFMOT with LeNet-300-100 compiled; bench/scaling.py measured
# peaks of 1,080 to 1,147 MB on mnist_5k.
_PROCESS_MB = 1100
# Weights, masks, two moments, gradients, the state at the rewind point, copies in transfer.
_COPIES_OF_WEIGHTS = 12
# As loaded, on the device, in the order of two epochs (`OrderedFeed`), and one in transfer.
_COPIES_OF_DATA = 5


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Resources:
    """What one worker uses; it trains one network at a time.

    Only `cpus` can change the numbers of a run: another number of threads adds in another order.

    Attributes:
      cpus: cores of a worker; None divides this machine's among the workers, and means 1 on a
        cluster.
      gpus: GPUs of a worker, a fraction where several share one; None divides this machine's
        among the workers, and means none on a cluster.
      memory_mb: main memory of a worker, 10^6 bytes; None estimates it from data and network.
      timeout_minutes: how long a worker may be silent before it counts as lost. It answers from a
        thread of its own while it trains; the longest silence seen, of importing and compiling on
        a machine with four times as many processes as cores, was under one minute, and the slowest
        training step seen takes 0.2 s.
      retries: how often a job whose worker failed or was lost is tried again.
    """

    cpus: int | None = None
    gpus: float | None = None
    memory_mb: int | None = None
    timeout_minutes: float = 10.0
    retries: int = 2

    def __post_init__(self):
        for name, least, kinds, expected in (
            ("cpus", 1, int, "a whole number, at least 1, or None"),
            ("gpus", 0, (int, float), "a number, at least 0, or None"),
            ("memory_mb", 1, int, "a whole number, at least 1, or None"),
            ("timeout_minutes", 0.01, (int, float), "a number of minutes, at least 0.01"),
            ("retries", 0, int, "a whole number, at least 0"),
        ):
            value = getattr(self, name)
            if value is None and name not in ("timeout_minutes", "retries"):
                continue
            if isinstance(value, bool) or not isinstance(value, kinds) or not value >= least:
                raise ConfigurationError(f"Resources.{name} is {value!r}; expected {expected}")
        if self.gpus is not None and self.gpus > 1 and self.gpus % 1:
            raise ConfigurationError(
                f"Resources.gpus is {self.gpus!r}; expected a share of one GPU, or whole ones")

    def memory(self, data_bytes, weights_bytes):
        """Bytes of main memory that a worker needs.

        Args:
          data_bytes: size of the data set's arrays.
          weights_bytes: size of all of the network's variables.
        """
        if self.memory_mb is not None:
            return self.memory_mb * _MB
        return (_PROCESS_MB * _MB + _COPIES_OF_DATA * data_bytes
                + _COPIES_OF_WEIGHTS * weights_bytes)

    def divided(self, workers, cores, gpus):
        """The same with this machine's cores and GPUs divided among `workers`."""
        share = gpus // workers if gpus >= workers else gpus / workers
        return dataclasses.replace(
            self,
            cpus=self.cpus or max(1, cores // workers),
            gpus=self.gpus if self.gpus is not None else share,
        )


def own_cores():
    """Numbers of the cores that this process may run on."""
    return sorted(os.sched_getaffinity(0))


def least_used(cores, taken, count):
    """The `count` cores that the fewest workers have; fewer where there are fewer.

    Args:
      cores: numbers of the cores there are.
      taken: [cores of a worker, …].
      count: how many are wanted.
    """
    users = collections.Counter(core for each in taken for core in each)
    return sorted(sorted(cores, key=lambda core: (users[core], core))[:count])
