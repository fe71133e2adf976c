"""Runs fresh processes without this package, which check an export and measure its speed."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from lth_keras.errors import RunError

BATCHES = (1, 256)
_HERE = pathlib.Path(__file__).parent


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


def time_networks(networks, input_shape):
    """Median seconds a call, all in one process, in turns.

    Args:
      networks: [{'name', 'format', 'path', 'input', 'output'}].
      input_shape: of one example.

    Returns:
      {name: {'1': seconds, '256': seconds}}.
    """
    plan = {"networks": networks, "input_shape": list(input_shape), "batches": list(BATCHES)}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "plan.json"
        path.write_text(json.dumps(plan), encoding="utf-8")
        said = _run([str(_HERE / "time_exports.py"), str(path)], (0,))
    return json.loads(said.splitlines()[-1])


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
