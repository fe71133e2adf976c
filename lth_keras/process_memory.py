"""How much main memory this process has had."""

import resource
import sys

# Linux counts in KiB, macOS in bytes.
_UNIT = 1 if sys.platform == "darwin" else 1024


def peak_memory() -> int:
    """Bytes of main memory that this process has had at most since it began.

    An accelerator's memory is not in it.
    """
    return _UNIT * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
