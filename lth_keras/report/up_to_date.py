"""Whether the report of a finished run is complete, so that it need not be written again."""

from lth_keras.paths import RunPaths
from lth_keras.store import network_folder, vouched
from lth_keras.store.report_seal import is_whole
from lth_keras.tensorboard import are_written


def made_of(paths, state):
    """What a page was made of: the run's state, and the checksum of its numbers."""
    return f"{state} {vouched.digest(paths.metrics)}"


def is_current(root):
    """Whether a run is done and its last report is there with all its files.

    A report with another margin counts too: somebody asked for that margin.

    Args:
      root: the run's folder.
    """
    paths = RunPaths(root)
    header = network_folder.header(paths)
    return header["state"] == "done" and is_whole(paths, made_of(paths, "done")) \
        and are_written(paths, header["units"])
