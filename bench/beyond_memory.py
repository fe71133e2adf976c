"""Sets larger than the memory: a process with a limit trains, is killed, and goes on.

    python -m bench.beyond_memory [--gigabytes=4] [--limit_gb=2]
    python -m bench.beyond_memory --peak [--gigabytes=0.6]

The set is noise, 64×64×3, in an archive of NumPy's. The limit is RLIMIT_DATA: what a process may
have of private writable memory (heap, stacks, anonymous mappings), which cannot be taken back from
it. Pages of files that are mapped to be read do not count: the kernel drops them when it wants.
The process has two cores, for TensorFlow makes threads for each, and each thread has a stack.
The run is killed with SIGKILL in the middle of an epoch, started again, and compared byte for byte
with one that was never killed.

With --peak the set is in memory, without a limit: the most that the process ever holds (VmHWM), to
be set beside 1.5 times the data plus 1.5 GB.
"""

import argparse
import hashlib
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy as np
from rich.console import Console

_ROOT = pathlib.Path(__file__).resolve().parent.parent
SHAPE = (64, 64, 3)
_PART = 4096
_GIN = """
include 'gin/smoke/conv.gin'
Dataset.name = 'npz:{archive}'
Dataset.storage = '{storage}'
Dataset.cache_dir = '{cache}'
Dataset.train_examples = None
Dataset.test_examples = None
Dataset.validation = 0
Dataset.mean = 0.5
Dataset.std = 0.25
Experiment.name = 'noise'
Experiment.batch_size = 64
Experiment.variants = ()
Experiment.duration = '{steps}it'
Experiment.evaluate_every = '{every}it'
IMP.duration = '{steps}it'
RewindingSchedule.rounds = 1
RewindingSchedule.rewind_to = '0it'
"""


def write_archive(path, examples, test=256):
    """Writes noise as `numpy.savez` would, without ever holding it."""
    generator = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        for split, count in (("train", examples), ("test", test)):
            with archive.open(f"x_{split}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array_header_1_0(file, {
                    "descr": "|u1", "fortran_order": False, "shape": (count, *SHAPE)})
                for first in range(0, count, _PART):
                    rows = min(_PART, count - first)
                    file.write(generator.integers(0, 256, (rows, *SHAPE), np.uint8).data)
            with archive.open(f"y_{split}.npy", "w") as file:
                np.lib.format.write_array(file, np.arange(count) % 10)
    return path


class Training:
    """A run in a process of its own, whose memory is watched.

    Args:
      folder: of the gin file, the cache and the run; it has archive.npz.
      name: of the run's folder in it.
      storage: 'disk' or 'memory'.
      steps, every: updates of each network, and between two evaluations.
      limit: bytes of RLIMIT_DATA, or None.
    """

    def __init__(self, folder, name, storage, steps=40, every=10, limit=None):
        self.folder, self.output = pathlib.Path(folder), pathlib.Path(folder) / name
        self.peak = {"VmHWM": 0, "VmData": 0, "RssAnon": 0}
        self._limit = limit
        self._gin = self.folder / f"{name}.gin"
        self._gin.write_text(_GIN.format(
            archive=self.folder / "archive.npz", cache=self.folder / "cache", storage=storage,
            steps=steps, every=every))

    def run(self, kill=False):
        """Starts it; kills it once its first network has a checkpoint, or lets it end.

        Raises:
          RuntimeError: it failed, or ended before it could be killed.
        """
        command = [sys.executable, str(_ROOT / "run.py"), f"--gin_file={self._gin}",
                   "--checkpoint_minutes=0", f"--output_dir={self.output}"]
        with open(self.folder / f"{self.output.name}.log", "a+", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=_ROOT,
                                       preexec_fn=self._limited, start_new_session=True)
            while process.poll() is None:
                self._watch(process.pid)
                if kill and list(self.output.glob("*/trial_01/round_00/checkpoint*")):
                    os.killpg(process.pid, signal.SIGKILL)
                time.sleep(0.02)
            log.seek(0)
            said = log.read()[-2000:]
        if process.returncode != (-signal.SIGKILL if kill else 0):
            raise RuntimeError(f"exit status {process.returncode}: {said}")

    def _limited(self):
        if self._limit is not None:
            # TensorFlow has threads for each core, and each thread a stack.
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
            resource.setrlimit(resource.RLIMIT_DATA, (self._limit, self._limit))

    def _watch(self, pid):
        try:
            status = pathlib.Path(f"/proc/{pid}/status").read_text("ascii")
        except OSError:
            return
        for line in status.splitlines():
            key, _, value = line.partition(":")
            if key in self.peak:
                self.peak[key] = max(self.peak[key], 1024 * int(value.split()[0]))

    def results(self):
        """{file: SHA-256} of metrics, masks and weights."""
        return {
            str(path.relative_to(self.output)): hashlib.sha256(path.read_bytes()).hexdigest()
            for pattern in ("*/metrics.csv", "*/trial_01/**/*.npz")
            for path in sorted(self.output.glob(pattern))
        }


def beyond(folder, gigabytes, limit, console):
    """Trains under the limit, kills, resumes and compares."""
    examples = int(gigabytes * 1e9 / np.prod(SHAPE))
    write_archive(folder / "archive.npz", examples)
    killed = Training(folder, "killed", "disk", limit=limit)
    killed.run(kill=True)
    killed.run()
    whole = Training(folder, "whole", "disk", limit=limit)
    whole.run()
    same = killed.results() == whole.results() and len(whole.results()) > 3
    _say(console, gigabytes, whole.peak)
    console.print(f"limit (RLIMIT_DATA) {limit / 1e9:.2f} GB; killed in the middle of an epoch and "
                  f"resumed: {'the same bytes' if same else 'OTHER BYTES'}", highlight=False)
    return same


def peak(folder, gigabytes, console):
    """Trains from memory; says the most that the process held."""
    write_archive(folder / "archive.npz", int(gigabytes * 1e9 / np.prod(SHAPE)))
    training = Training(folder, "memory", "memory")
    training.run()
    allowed = 1.5 * gigabytes * 1e9 + 1.5e9
    _say(console, gigabytes, training.peak)
    console.print(f"allowed: 1.5 × the data + 1.5 GB = {allowed / 1e9:.2f} GB", highlight=False)
    return training.peak["VmHWM"] <= allowed


def _say(console, gigabytes, peaks):
    console.print(
        f"data {gigabytes:.2f} GB; peaks: resident {peaks['VmHWM'] / 1e9:.2f} GB, of it private "
        f"{peaks['RssAnon'] / 1e9:.2f} GB; private and writable, touched or not "
        f"{peaks['VmData'] / 1e9:.2f} GB", highlight=False)


def main():
    """Measures, and exits with 1 where what is wanted does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peak", action="store_true", help="what training from memory takes")
    parser.add_argument("--gigabytes", type=float, help="size of the set")
    parser.add_argument("--limit_gb", type=float, default=2.0, help="RLIMIT_DATA")
    arguments = parser.parse_args()
    console = Console(width=100)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if arguments.peak:
            good = peak(folder, arguments.gigabytes or 0.6, console)
        else:
            good = beyond(folder, arguments.gigabytes or 4.0, int(arguments.limit_gb * 2**30),
                          console)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
