"""Runs fresh processes without this package, which check an export and measure its speed."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np

from lth_keras.errors import RunError

BATCHES = (1, 256)
PROCESSES = 3
_HERE = pathlib.Path(__file__).parent


@dataclasses.dataclass(frozen=True)
class Timing:
    """How long calls of networks took.

    Attributes:
      turns: {name: {batch: [median seconds a call of each turn]}}, over all processes.
      processes: how many there were.
      others: cores that other programs used on average while the busiest process ran; None where
        the system does not say.
    """

    turns: dict
    processes: int
    others: float | None

    def seconds(self, name):
        """{batch: median seconds a call}."""
        return {batch: statistics.median(each) for batch, each in self.turns[name].items()}

    def quartiles(self, name):
        """{batch: [lower, upper] quartile of the turns}."""
        return {batch: [float(each) for each in np.quantile(turns, (0.25, 0.75))]
                for batch, turns in self.turns[name].items()}


def verify(folder, data):
    """Runs an export's own verify.py on its whole test set.

    Args:
      folder: the export.
      data: an .npz of examples, labels and expected outputs.

    Returns:
      [{'format', 'ok', …}], a dict for each format.
    """
    # Isolated (-I), so that the package cannot be imported from the working directory or
    # PYTHONPATH.
    said = _run([str(folder / "verify.py"), "--exact", f"--data={data}"], (0, 3))
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def time_networks(networks, input_shape, batches=BATCHES, processes=None, threads=None,
                  cold=0):
    """Seconds a call, the networks taking turns in each of several processes.

    Args:
      networks: [{'name', 'format', 'path', 'input', 'output'}].
      input_shape: of one example.
      batches: examples in a call.
      processes: how many, one after the other; memory lies elsewhere in each. None: PROCESSES.
      threads: of TFLite's interpreter; None: as many as there are cores.
      cold: bytes that are read before each call, to push the weights out of the caches; 0: none.

    Returns:
      `Timing`.
    """
    processes = processes or PROCESSES
    plan = {"networks": networks, "input_shape": list(input_shape), "batches": list(batches),
            "threads": threads, "cold": cold}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "plan.json"
        path.write_text(json.dumps(plan), encoding="utf-8")
        said = [json.loads(_run([str(_HERE / "time_exports.py"), str(path)], (0,)).splitlines()[-1])
                for _ in range(processes)]
    turns = {
        entry["name"]: {str(batch): [seconds for each in said
                                     for seconds in each["seconds"][entry["name"]][str(batch)]]
                        for batch in batches}
        for entry in networks
    }
    others = [each["others"] for each in said if each["others"] is not None]
    return Timing(turns, processes, max(others) if others else None)


def _run(arguments, expected):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment.update(TF_CPP_MIN_LOG_LEVEL="3", TF_USE_LEGACY_KERAS="1")
    process = subprocess.run([sys.executable, "-I", *arguments], env=environment,
                             capture_output=True, text=True, check=False)
    if process.returncode not in expected:
        last = (process.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise RunError(
            f"{pathlib.Path(arguments[0]).name} ended with {process.returncode}: {last}; nothing "
            "was exported"
        )
    return process.stdout
