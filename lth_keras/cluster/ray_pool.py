"""Workers as Ray's actors: one long-lived process each, so that nothing is compiled or loaded
twice. Ray is imported when a pool is asked for and not before."""

import contextlib
import dataclasses
import logging
import os
import platform
import signal
import time

from lth_keras import signals
from lth_keras.cluster.ray_environment import set_environment
from lth_keras.cluster.resources import least_used, own_cores
from lth_keras.cluster.worker import Worker
from lth_keras.errors import RunError

_MB = 10**6
# The smallest store that Ray allows; only small objects go through it.
_OBJECT_STORE = 80 * _MB
_SECONDS_TO_STOP = 300


@dataclasses.dataclass(eq=False)
class _Slot:
    """A worker's place in the pool.

    Attributes:
      actor: the Ray actor in this place.
      state: 'starting', 'pinning', 'idle' or 'busy'.
      answer: Ray's reference to the answer of its last call.
      node, process, cores: where it runs; known after its first answer.
      queued, request: the `QueuedJob` and its `RunRequest` that it does, or did last.
      look: Ray's reference to its newest evaluation; seen: the step of the last one passed on.
      starts: how often in a row it was lost before it had anything to do.
      heard: when it last answered, by `time.monotonic`.
    """

    actor: object = None
    state: str = "starting"
    answer: object = None
    node: str = ""
    process: int = 0
    cores: tuple = ()
    queued: object = None
    request: object = None
    look: object = None
    seen: int = -1
    starts: int = 0
    heard: float = 0.0


class RayPool:
    """Workers that are given jobs; made by `open_pool`.

    Args:
      ray: the module.
      count: number of workers.
      resources: `Resources`, with nothing left open.
      memory: bytes that each needs.
    """

    def __init__(self, ray, count, resources, memory):
        self._ray = ray
        self._actor = ray.remote(Worker).options(
            num_cpus=resources.cpus, num_gpus=resources.gpus, memory=memory, max_concurrency=2,
            max_restarts=0)
        self._resources = resources
        self._slots = [_Slot() for _ in range(count)]
        for slot in self._slots:
            self._start(slot)

    def idle(self):
        """The workers that wait for a job; `queued` of each is the last that it did."""
        return [slot for slot in self._slots if slot.state == "idle"]

    def give(self, slot, queued, request):
        """Lets an idle worker do a `QueuedJob` of a `RunRequest`."""
        slot.state, slot.queued, slot.request, slot.seen = "busy", queued, request, -1
        slot.heard = time.monotonic()
        slot.answer = slot.actor.do.remote(request, queued.job.trial, queued.job.name)
        slot.look = slot.actor.look.remote()

    def events(self, seconds):
        """What the workers report; waits at most `seconds` for it.

        Returns:
          [(kind, queued, what)]: 'seen' with an `Evaluation`, or with None when training begins;
          'lost' with why, when a worker's process ended; else what `Worker.do` gives.

        Raises:
          RunError: no worker can be started.
        """
        pending = {slot.answer: slot for slot in self._slots if slot.state != "idle"}
        if not pending:
            time.sleep(seconds)
            return []
        self._ray.wait(list(pending), num_returns=1, timeout=seconds)
        answered, _ = self._ray.wait(list(pending), num_returns=len(pending), timeout=0)
        events = self._evaluations()
        for answer in answered:
            events.extend(self._answered(pending[answer]))
        for slot in [each for each in self._slots if self._is_silent(each)]:
            events.extend(self._given_up(slot))
        return events

    def stop(self):
        """Asks all workers to stop at their next safe point, and waits until they have."""
        for slot in self._slots:
            slot.actor.stop.remote()
        busy = [slot.answer for slot in self._slots if slot.state == "busy"]
        if busy:
            self._ray.wait(busy, num_returns=len(busy), timeout=_SECONDS_TO_STOP)

    def peak_memory(self):
        """[bytes] of main memory that each worker has used at most."""
        return self._ray.get([slot.actor.peak_memory.remote() for slot in self._slots])

    def _start(self, slot):
        slot.actor, slot.state, slot.cores = self._actor.remote(), "starting", ()
        slot.answer = slot.actor.where.remote()
        slot.heard = time.monotonic()

    def _is_silent(self, slot):
        """Whether a worker that was asked for something has not answered for too long."""
        silence = time.monotonic() - slot.heard
        return slot.state != "idle" and silence > 60 * self._resources.timeout_minutes

    def _given_up(self, slot):
        """A new worker in the place of one that lives and does not answer."""
        if slot.process and slot.node == platform.node():
            # Ray asks a process to end itself, and one that is stopped never does.
            with contextlib.suppress(OSError):
                os.kill(slot.process, signal.SIGKILL)
        return self._replace(slot, TimeoutError(
            f"it did not answer for {self._resources.timeout_minutes:g} minutes "
            "(Resources.timeout_minutes)"))

    def _answered(self, slot):
        try:
            answer = self._ray.get(slot.answer)
        except self._ray.exceptions.RayError as error:
            return self._replace(slot, error)
        slot.heard = time.monotonic()
        if slot.state == "starting":
            slot.node, slot.process, cores = answer
            taken = [each.cores for each in self._slots if each.node == slot.node]
            slot.cores = tuple(least_used(cores, taken, self._resources.cpus))
            slot.state, slot.answer = "pinning", slot.actor.pin.remote(slot.cores)
            return []
        was, slot.state, slot.starts = slot.state, "idle", 0
        return [(answer[0], slot.queued, answer[1])] if was == "busy" else []

    def _replace(self, slot, error):
        """Starts a new worker in the place of one that was lost."""
        was = slot.state
        with contextlib.suppress(Exception):
            self._ray.kill(slot.actor)
        slot.starts += was != "busy"
        if slot.starts > self._resources.retries:
            self._slots.remove(slot)
            if not self._slots:
                raise RunError(
                    f"no worker could be started: {_first_line(error)}; what is done is stored: "
                    "give the same command again, or --workers=1"
                )
            return []
        self._start(slot)
        if was != "busy":
            return []
        why = f"its worker, process {slot.process} on {slot.node}, was lost"
        if isinstance(error, TimeoutError):
            why += f": {error}"
        if "out of memory" in str(error).lower() or "low memory" in str(error).lower():
            why += " for want of memory: raise Resources.memory_mb"
        return [("lost", slot.queued, why)]

    def _evaluations(self):
        looks = {slot.look: slot for slot in self._slots if slot.state == "busy"}
        if not looks:
            return []
        ready, _ = self._ray.wait(list(looks), num_returns=len(looks), timeout=0)
        seen_evaluations = []
        for look in ready:
            slot = looks[look]
            try:
                seen = self._ray.get(look)
            except self._ray.exceptions.RayError:
                continue  # The answer to the job itself says more.
            slot.look, slot.heard = slot.actor.look.remote(), time.monotonic()
            if seen is None:
                continue
            (run, trial, name), evaluation = seen
            mine = (slot.request.run, slot.queued.job.trial, slot.queued.job.name)
            step = evaluation.step if evaluation else 0
            if (run, trial, name) == mine and step > slot.seen:
                slot.seen = step
                seen_evaluations.append(("seen", slot.queued, evaluation))
        return seen_evaluations


@contextlib.contextmanager
def open_pool(workers, ray_address, resources, memory, note):
    """Yields a `RayPool` on this machine, or on the Ray cluster at an address.

    Args:
      workers: number of workers; None for as many as the cluster has room for.
      ray_address: None for this machine; 'auto', or as `ray.init` takes it.
      resources: `Resources`; for this machine with nothing left open.
      memory: bytes that each worker needs.
      note: called with a line for the reader.

    Raises:
      RunError: there is no cluster, or no room for one worker.
    """
    set_environment(is_local=not ray_address)
    import ray  # Reads the environment.

    options = {"address": ray_address} if ray_address else {
        "address": "local", "num_cpus": workers * resources.cpus, "include_dashboard": False,
        "object_store_memory": _OBJECT_STORE,
    }
    resources = dataclasses.replace(
        resources, cpus=resources.cpus or 1, gpus=resources.gpus or 0)
    with signals.kept():
        try:
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
        # Ray raises a plain Exception if its own processes do not start in time.
        except Exception as error:
            raise RunError(
                f"Ray does not start at {ray_address or 'this machine'}: {_first_line(error)}; "
                "see docs/cluster.md"
            ) from error
    try:
        room = _room([node["Resources"] for node in ray.nodes() if node["Alive"]],
                     resources, memory)
        each = (f"each takes {resources.cpus} CPUs, {resources.gpus:g} GPUs and "
                f"{memory / _MB:,.0f} MB")
        if not room:
            raise RunError(
                f"there is no room for a worker: {each}; set Resources.cpus, Resources.gpus or "
                "Resources.memory_mb, or give --workers=1 and no --ray_address"
            )
        if workers is not None and room < workers:
            note(f"{room} workers, and not the {workers} asked for: {each}")
        count = room if workers is None else min(workers, room)
        if not ray_address and count * resources.cpus > len(own_cores()):
            note(f"{count} workers of {resources.cpus} cores share {len(own_cores())}: they slow "
                 "each other down")
        yield RayPool(ray, count, resources, memory)
    finally:
        ray.shutdown()


def _room(nodes, resources, memory):
    """How many workers the nodes, {resource: amount} each, have room for."""
    wants = {"CPU": resources.cpus, "GPU": resources.gpus, "memory": memory}
    # A share is of one GPU: two workers of 0.4 fit on a GPU, and the rest of it stays free.
    def fit(node, name, want):
        have = node.get(name, 0)
        if name == "GPU" and want < 1:
            return int(have) * int(1 / want + 1e-6)
        return int(have / want + 1e-6)

    return sum(
        min(fit(node, name, want) for name, want in wants.items() if want) for node in nodes)


def _first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
