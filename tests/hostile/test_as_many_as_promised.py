"""The number of hostile cases, counted as pytest collects them."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_at_least_three_hundred():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    said = subprocess.run([*command, "tests/hostile"], cwd=ROOT, capture_output=True, text=True,
                          timeout=120, check=False).stdout
    assert said.count("tests/hostile/test_") >= 300
