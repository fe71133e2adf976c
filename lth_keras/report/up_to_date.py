"""Whether a finished run has its whole report, so that it need not be written again."""

from lth_keras.paths import RunPaths
from lth_keras.store import network_folder, vouched
from lth_keras.store.report_seal import is_whole
from lth_keras.tensorboard import are_written


def made_of(paths, state):
    """What a page is marked with: the state that it tells of, and what its numbers come from."""
    return f"{state} {vouched.digest(paths.metrics)}"


def is_current(root):
    """Whether a run is done and its report, which tells of that, is there with all its files.

    A report that another margin was given to is current too: the one who asked for it wanted it.

    Args:
      root: the run's folder.
    """
    paths = RunPaths(root)
    header = network_folder.header(paths)
    return header["state"] == "done" and is_whole(paths, made_of(paths, "done")) \
        and are_written(paths, header["units"])
