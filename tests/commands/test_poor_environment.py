"""A whole run in an environment with little in it, and nonsense in what there is."""

import os
import pathlib
import resource
import subprocess
import sys

import pytest

from tests.hostile import origin as origins

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.ci
def test_a_run_in_a_poor_environment(tmp_path):
    """In its own process: nonsense in TensorFlow's variables, few open files, no home."""
    environment = {key: value for key, value in os.environ.items() if key != "HOME"}
    environment |= {"TF_CONFIG": "{", "CUDA_VISIBLE_DEVICES": "garbage",
                    "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    more = ("--gin_param=Experiment.trials = 1", "--gin_param=Experiment.variants = []",
            "--gin_param=RewindingSchedule.rounds = 1")

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    answer = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *origins.TRAIN, *more,
         f"--output_dir={tmp_path / 'Zürich'}"],
        env=environment, cwd=ROOT, capture_output=True, timeout=180, preexec_fn=limit, check=False)
    said = answer.stderr.decode("utf-8", "replace")
    assert answer.returncode == 0, said
    assert "Traceback" not in said
    (root,) = (tmp_path / "Zürich").iterdir()
    assert (root / "trial_01" / "round_01" / "done.json").is_file()
