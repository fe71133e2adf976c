"""What checking stored files costs: a run with and without, in turns, in one process.

    python -m bench.checking_cost [--repeats=5] [--gin_file=gin/smoke/mnist_lt.gin]

Without: no checksum of what is read, no schema, no chain of provenance; the opener stays, since
nothing is read without one. After one run that is not counted (it compiles), runs with and without
take turns, each into a folder of its own; the median of each and their ratio are printed.
"""

import argparse
import contextlib
import os
import pathlib
import statistics
import tempfile
import time

from rich.console import Console

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.console.progress import ProgressDisplay
from lth_keras.experiment import execute, prepare
from lth_keras.experiment import run_json as run_json_module
from lth_keras.store import chain, network_folder, vouched
from lth_keras.tensorboard import TensorBoard


@contextlib.contextmanager
def unchecked():
    """Takes checksums of what is read, schemas and the chain away."""
    kept = (vouched.read_bytes, network_folder.checked, run_json_module.checked, chain.check_stored)
    vouched.read_bytes = lambda path, checksum: files.read_bytes(path)
    network_folder.checked = run_json_module.checked = lambda schema, content, path: content
    chain.check_stored = lambda paths, folder: None
    try:
        yield
    finally:
        (vouched.read_bytes, network_folder.checked, run_json_module.checked,
         chain.check_stored) = kept


def seconds(prepared_by, folder):
    """Seconds of one run into `folder`."""
    prepared = prepared_by(folder)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        with ProgressDisplay(prepared.total_steps, "bench", Console(file=nowhere)) as progress:
            began = time.perf_counter()
            execute(prepared, progress, [TensorBoard(prepared.context.paths)])
            return time.perf_counter() - began


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description="What checking stored files costs.")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--gin_file", default="gin/smoke/mnist_lt.gin")
    arguments = parser.parse_args()
    experiment = configuration.read([arguments.gin_file], ["Experiment.trials = 1"])
    data = experiment.dataset.load()
    trainers = {}

    def prepared_by(folder):
        prepared = prepare(experiment, folder, data=data)
        # Compiled functions are the run's own; here all runs share them, as rounds do.
        trainers.update({key: each for key, each in prepared.context._trainers.items()
                         if key not in trainers})
        prepared.context._trainers = trainers
        return prepared

    seconds_by_way = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        seconds(prepared_by, folder / "first")
        for repeat in range(arguments.repeats):
            for how in ("with", "without"):
                with unchecked() if how == "without" else contextlib.nullcontext():
                    seconds_by_way[how].append(seconds(prepared_by, folder / f"{how}_{repeat}"))
    medians = {how: statistics.median(each) for how, each in seconds_by_way.items()}
    for how, each in seconds_by_way.items():
        print(f"{how:<8} median {medians[how]:.3f} s of {', '.join(f'{s:.3f}' for s in each)}")
    print(f"checking costs {100 * (medians['with'] / medians['without'] - 1):+.2f} %")


if __name__ == "__main__":
    main()
