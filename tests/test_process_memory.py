"""The peak of main memory, against what is known of a process."""

import subprocess
import sys

from lth_keras.process_memory import peak_memory

BALLAST = 256 << 20


def test_a_process_has_its_own_peak():
    ballast = b"x" * BALLAST
    assert peak_memory() > len(ballast)
    # What getrusage tells a child starts with the peak of its parent.
    told = subprocess.run(
        [sys.executable, "-c",
         "from lth_keras.process_memory import peak_memory; print(peak_memory())"],
        capture_output=True, text=True, check=True).stdout
    assert 4 << 20 < int(told) < len(ballast)
