"""What TensorBoard's files cost a run: the share of its seconds that is spent in the sink.

    python -m bench.tensorboard_cost [--gin_param=B]…

Runs gin/mnist_lt.gin in this process, on the embedded data and shortened unless the bindings say
otherwise, in a temporary folder. Every call of the sink is timed, the gradient's norm and its
compilation included, and divided by the run's own seconds (`run.json`): without imports and the
report, which would make the share look smaller.
"""

import argparse
import pathlib
import sys
import tempfile
import time

from lth_keras import files
from lth_keras.commands.main import main as command
from lth_keras.sink import Sink
from lth_keras.tensorboard import TensorBoard

SHORT = (
    "Dataset.name = 'mnist_5k'", "Dataset.fallback = None", "Experiment.trials = 1",
    "Experiment.published = ()",
)
METHODS = [name for name in vars(Sink) if not name.startswith("_")]


def timed(method, spent):
    """`method`, adding the seconds of its calls to spent[its name]."""
    def call(*arguments):
        began = time.perf_counter()
        try:
            return method(*arguments)
        finally:
            spent[method.__name__] = spent.get(method.__name__, 0) + time.perf_counter() - began
    return call


def main(arguments):
    """Prints the share. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gin_param", action="append", default=[])
    asked = parser.parse_args(arguments)
    spent = {}
    for name in METHODS:
        setattr(TensorBoard, name, timed(getattr(TensorBoard, name), spent))
    with tempfile.TemporaryDirectory() as folder:
        status = command([
            "--gin_file=gin/mnist_lt.gin", f"--output_dir={folder}",
            *(f"--gin_param={binding}" for binding in (*SHORT, *asked.gin_param))])
        if status:
            return status
        (header,) = (files.read_sealed_json(path)
                     for path in pathlib.Path(folder).glob("*/run.json"))
    total = sum(spent.values())
    for name, seconds in spent.items():
        print(f"{name:<14} {seconds:7.2f} s")
    print(f"TensorBoard: {total:.2f} s of {header['seconds']:.1f} s, "
          f"{100 * total / header['seconds']:.2f} %; {len(header['units'])} networks")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
