"""How much main memory this process has had."""

import pathlib
import resource
import sys

# Linux counts in KiB, macOS in bytes.
_UNIT = 1 if sys.platform == "darwin" else 1024
_STATUS = pathlib.Path("/proc/self/status")
_PEAK = "VmHWM:"


def peak_memory() -> int:
    """Bytes of main memory that this process has had at most since it began.

    An accelerator's memory is not in it.
    """
    try:
        # Linux's own number. What getrusage gives has the peak of the process that began this one.
        lines = _STATUS.read_text("utf-8").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(_PEAK))
    except (OSError, StopIteration):
        return _UNIT * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
