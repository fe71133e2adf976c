"""One writer for a run: a lock that goes with the process that holds it."""

import contextlib
import fcntl
import json
import os
import pathlib
import platform

from lth_keras.errors import RunError
from lth_keras.paths import RunPaths


@contextlib.contextmanager
def hold(root):
    """Holds the lock of the run in `root`, which is made if need be.

    The kernel frees the lock when its process ends, however it ends, so that a dead process's is
    taken over at once. The file says who holds it; it is never removed, because a lock on a
    removed file locks nobody out.

    Raises:
      RunError: another process holds it, or the place cannot be written.
    """
    path = RunPaths(root).lock
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"cannot write {path}: {error.strerror}; give an --output_dir that can be written"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(
                f"{root} is being worked on by {_holder(path)}; wait for it or stop it, then give "
                "the same command again"
            ) from error
        file.seek(0)
        file.truncate()
        file.write(json.dumps({"host": platform.node(), "pid": os.getpid()}))
        file.flush()
        yield


def is_held(root):
    """Whether a living process works on the run in `root`."""
    path = RunPaths(root).lock
    if not path.is_file():
        return False
    with open(path, encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _holder(path):
    try:
        who = json.loads(pathlib.Path(path).read_text("utf-8"))
        return f"process {who['pid']} on {who['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
