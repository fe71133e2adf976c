"""Whether the report of a finished run is complete, so that it need not be written again."""

import re

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.store import network_folder
from lth_keras.tensorboard import are_written


def made_of(paths, state):
    """The mark of a page: the run's state, and the checksum of its numbers."""
    return f"{state} {files.sha256(paths.metrics)}"


def is_current(root):
    """Whether a run is done and the report of its end is there with all its files.

    A report with another margin is current too: somebody asked for that margin.

    Args:
      root: the run's folder.
    """
    paths = RunPaths(root)
    header = network_folder.header(paths)
    wanted = (paths.report, paths.summary, paths.summary_md, paths.summary_tex, paths.comparisons)
    if header["state"] != "done" or not all(path.is_file() for path in wanted):
        return False
    page = paths.report.read_text("utf-8")
    if f'content="{made_of(paths, "done")}"' not in page:
        return False
    pictures = re.findall(r'<figure id="(\w+)">', page)
    return all(
        (paths.figures / f"{name}.{kind}").is_file() for name in pictures for kind in ("png", "pdf")
    ) and are_written(paths, header["units"])
