"""The devices that train a network, bound by gin: one, several, or several machines together.

`Experiment.distribution = @Mirrored()`. The whole batch, its order and its augmentation are the
same under each, and every replica takes its rows of it. The number of replicas changes the numbers
by rounding only; for batch normalisation see `ReplicatedEngine`. Hence the distribution is not
part of a run's identity. But rounding changes bits: the distribution is recorded in run.json, and
an unfinished run goes on only with the same one.
"""

import dataclasses
import functools
import json
import os

import gin

from lth_keras import signals
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training.replicas import Replicas

_COMMUNICATION = ("auto", "ring", "nccl")


class Distribution:
    """The base class: the devices that train a network."""

    def start(self):
        """The `Replicas` of this process."""
        raise NotImplementedError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class OneDevice(Distribution):
    """One device for everything, the default; XLA compiles where that is faster.

    Attributes:
      device: its name, such as 'GPU:1'; None is the first GPU if there is one, else the CPU.
    """

    device: str | None = None

    def start(self):
        """The one `Replicas` of the process.

        Raises:
          ConfigurationError: there is no such device.
        """
        return Replicas(device=self.device and _device(self.device, "OneDevice.device"))


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Mirrored(Distribution):
    """A replica on each device of this machine (`tf.distribute.MirroredStrategy`).

    The data set is copied to every device. On a machine with one device it does as `OneDevice`.

    Attributes:
      devices: their names, such as ('GPU:0', 'GPU:2'); None is all GPUs, or without one all CPU
        devices that TensorFlow has.
    """

    devices: tuple | None = None

    def __post_init__(self):
        if self.devices is not None and (
                isinstance(self.devices, str) or not self.devices
                or len(set(self.devices)) < len(self.devices)):
            raise ConfigurationError(
                f"Mirrored.devices is {self.devices!r}; expected different devices, like "
                "('GPU:0', 'GPU:1'), or None for all"
            )

    def start(self):
        """The `Replicas` of the process.

        Raises:
          ConfigurationError: there is no such device.
        """
        devices = self.devices or _devices("GPU") or _devices("CPU")
        devices = [_device(name, "Mirrored.devices") for name in devices]
        if len(devices) == 1:
            return Replicas(device=devices[0])
        return Replicas(_mirrored_strategy(tuple(devices)), kind="mirrored")


@gin.configurable
@dataclasses.dataclass(frozen=True)
class MultiWorkerMirrored(Distribution):
    """Replicas on all devices of several processes (`tf.distribute.MultiWorkerMirroredStrategy`).

    Every process is started with the same command. The list of workers, and which one this process
    is, come from `hosts` and `index` (the command's flags set them), else from the environment
    variable TF_CONFIG, else from SLURM's variables. Worker 0, or TF_CONFIG's chief, reads and
    writes the run's directory and tells the others what to train; they need no directory. A
    process that dies is noticed within about ten seconds.

    Attributes:
      hosts: 'host:port' of every worker, in the same order for all.
      index: which of them this process is.
      communication: 'nccl' between GPUs, 'ring' between CPUs, or 'auto'.
      port: the first port on each machine under SLURM.
    """

    hosts: tuple = ()
    index: int | None = None
    communication: str = "auto"
    port: int = 8888

    def __post_init__(self):
        if self.communication not in _COMMUNICATION:
            raise ConfigurationError(
                f"MultiWorkerMirrored.communication is {self.communication!r}; expected one of "
                f"{_COMMUNICATION}"
            )
        object.__setattr__(self, "hosts", tuple(self.hosts))  # gin gives lists.
        for host in self.hosts:
            name, _, port = str(host).rpartition(":")
            if not name or not port.isdigit():
                raise ConfigurationError(
                    f"{host!r} is no worker; expected host:port, like 10.0.0.1:8888"
                )
        if self.hosts and (not isinstance(self.index, int)
                           or not 0 <= self.index < len(self.hosts)):
            raise ConfigurationError(
                f"the index of this worker is {self.index!r}; expected 0 to "
                f"{len(self.hosts) - 1}, for the {len(self.hosts)} hosts"
            )

    @functools.cache  # noqa: B019 - a process joins a cluster once, and stays in it until it ends
    def start(self):
        """Waits for the other workers; the `Replicas` of them all.

        Raises:
          ConfigurationError: nothing names the workers, or the names contradict each other.
          RunError: the other workers did not join in time.
        """
        try:
            resolver = self._resolver()
            jobs = resolver.cluster_spec().as_dict()
            kind, index = resolver.task_type, resolver.task_id
        except (RuntimeError, ValueError, TypeError, OSError) as error:
            said = "--cluster_hosts does" if self.hosts else (
                "TF_CONFIG does" if "TF_CONFIG" in os.environ else "SLURM's variables do")
            reason = str(error).splitlines()[0]
            raise ConfigurationError(f"{said} not tell the workers: {reason}") from error
        names = [
            (job, task) for job in ("chief", "worker") for task in range(len(jobs.get(job, ())))]
        if (kind, index) not in names or set(jobs) - {"chief", "worker"}:
            raise ConfigurationError(
                f"this process is {kind!r} {index} of {jobs}; expected one of the jobs 'worker' "
                "and 'chief', and no others"
            )
        # No timeout_seconds: with one, TensorFlow keeps a thread for each operation until its
        # time is over, and an update has about twenty. Heartbeats show that a worker died.
        options = tf.distribute.experimental.CommunicationOptions(
            implementation=tf.distribute.experimental.CommunicationImplementation(
                self.communication.upper()),
        )
        try:
            with signals.kept():
                strategy = tf.distribute.MultiWorkerMirroredStrategy(resolver, options)
        except (tf.errors.OpError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise RunError(
                f"the workers {jobs} did not come together: {reason}; start all of them, each with "
                "its own number, then give the same commands again"
            ) from error
        return Replicas(strategy, None, "multi_worker_mirrored", len(names),
                        names.index((kind, index)))

    def _resolver(self):
        resolvers = tf.distribute.cluster_resolver
        if self.hosts:
            return resolvers.SimpleClusterResolver(
                tf.train.ClusterSpec({"worker": list(self.hosts)}), task_type="worker",
                task_id=self.index, rpc_layer="grpc")
        if "TF_CONFIG" in os.environ:
            _check_tf_config(os.environ["TF_CONFIG"])
            return resolvers.TFConfigClusterResolver()
        tasks = os.environ.get("SLURM_STEP_NUM_TASKS", "1")
        if tasks != "1":
            # srun decides which GPUs a task has (--gpus-per-task), because TensorFlow has listed
            # the devices by now. The resolver puts no worker on a node with fewer GPUs than given.
            return resolvers.SlurmClusterResolver(
                port_base=self.port, gpus_per_node=int(tasks), gpus_per_task=1,
                auto_set_gpu=False)
        raise ConfigurationError(
            "nothing says who the workers are; give --cluster_hosts=host:port,host:port and "
            "--cluster_index=0, 1, …, or the variable TF_CONFIG, or start them with srun --ntasks"
        )


@functools.cache
def _mirrored_strategy(devices):
    # One strategy per process: two would give their collective operations the same numbers.
    return tf.distribute.MirroredStrategy(devices)


def in_cluster(distribution, hosts, index):
    """`distribution` with the workers that the command's flags name.

    Args:
      distribution: the experiment's.
      hosts: 'host:port,host:port', or None.
      index: which of them this process is, or None.

    Raises:
      ConfigurationError: it is not for several workers, or a flag is missing.
    """
    if hosts is None and index is None:
        return distribution
    if not isinstance(distribution, MultiWorkerMirrored):
        raise ConfigurationError(
            f"--cluster_hosts is for several workers, and Experiment.distribution is "
            f"{distribution!r}; add --gin_param='Experiment.distribution = @MultiWorkerMirrored()'"
        )
    if hosts is None or index is None:
        raise ConfigurationError(
            "--cluster_hosts and --cluster_index belong together; give both to every worker")
    return dataclasses.replace(distribution, hosts=tuple(hosts.split(",")), index=index)


def _check_tf_config(text):
    try:
        config = json.loads(text)
        known = config["cluster"] and config["task"]["type"] and config["task"]["index"] >= 0
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise ConfigurationError(
            f"TF_CONFIG is {text!r}; expected JSON like "
            '{"cluster": {"worker": ["host:port", "host:port"]}, '
            '"task": {"type": "worker", "index": 0}}'
        )


def _devices(kind):
    return [_short(device.name) for device in tf.config.list_logical_devices(kind)]


def _device(name, parameter):
    known = _devices("GPU") + _devices("CPU")
    if not isinstance(name, str) or _short(name) not in known:
        raise ConfigurationError(
            f"{parameter} has {name!r}; expected devices of this machine: {', '.join(known)}")
    return _short(name)


def _short(name):
    return name.rpartition("device:")[2].lstrip("/").upper()
