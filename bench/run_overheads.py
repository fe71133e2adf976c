"""What TensorBoard's files and the checking of stored files cost: their shares of a run's seconds.

    python -m bench.run_overheads [--gin_file=F] [--gin_param=B]…

Runs gin/mnist_lt.gin in this process, in a temporary folder, as a reader without a network would.
Every call of the sink is timed, the gradient's norm and its compilation included; so is every call
that checks what is stored: checksums, schemas, the chain from network to network, arrays against
the model. To read a file counts as checking it, which makes that share too large rather than too
small. Both are divided by the run's own seconds (`run.json`): without imports and the report.
"""

import argparse
import pathlib
import sys
import tempfile
import time

from lth_keras import files
from lth_keras.commands.main import main as command
from lth_keras.experiment import run_json
from lth_keras.sink import Sink
from lth_keras.store import chain, masks_and_weights, network_folder, vouched
from lth_keras.tensorboard import TensorBoard

SINK = [(TensorBoard, name) for name in vars(Sink) if not name.startswith("_")]
CHECKS = [(vouched, "digest"), (vouched, "read_bytes"), (network_folder, "read_checked"),
          (run_json, "checked"), (chain, "check_stored"), (masks_and_weights, "check_masks"),
          (masks_and_weights, "check_variables")]


class Stopwatch:
    """Adds up the seconds of calls; a call within another is part of that one."""

    def __init__(self, functions):
        self.seconds, self._depth = {}, 0
        for owner, name in functions:
            setattr(owner, name, self._timed(getattr(owner, name), name))

    def _timed(self, function, name):
        def call(*arguments, **options):
            began = time.perf_counter()
            self._depth += 1
            try:
                return function(*arguments, **options)
            finally:
                self._depth -= 1
                if not self._depth:
                    spent = time.perf_counter() - began
                    self.seconds[name] = self.seconds.get(name, 0) + spent
        return call

    def show(self, title, whole):
        """Prints the seconds of each function, and the share of `whole` seconds."""
        for name, seconds in self.seconds.items():
            print(f"{name:<16} {seconds:7.2f} s")
        total = sum(self.seconds.values())
        print(f"{title}: {total:.2f} s of {whole:.1f} s, {100 * total / whole:.2f} %")


def main(arguments):
    """Prints the shares. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gin_file", default="gin/mnist_lt.gin")
    parser.add_argument("--gin_param", action="append", default=[])
    asked = parser.parse_args(arguments)
    sink, checks = Stopwatch(SINK), Stopwatch(CHECKS)
    with tempfile.TemporaryDirectory() as folder:
        status = command([
            f"--gin_file={asked.gin_file}", f"--output_dir={folder}",
            *(f"--gin_param={binding}" for binding in asked.gin_param)])
        if status:
            return status
        (header,) = (files.read_sealed_json(path)
                     for path in pathlib.Path(folder).glob("*/run.json"))
    sink.show("TensorBoard", header["seconds"])
    checks.show("checking", header["seconds"])
    print(f"{len(header['units'])} networks on {header['data']['name']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
