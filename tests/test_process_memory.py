"""The peak of main memory, against what the kernel says of this process."""

import pathlib
import re

import pytest

from lth_keras.process_memory import peak_memory


def test_the_peak_is_the_kernels_in_bytes():
    said = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path("/proc/self/status").read_text("utf-8"))
    if said is None:
        pytest.skip("this kernel does not tell a process its peak")
    peak = 1024 * int(said[1])
    # The other counter of the kernel keeps the peak of the process that started this one, too.
    assert 0.9 * peak < peak_memory() < 100 * peak
