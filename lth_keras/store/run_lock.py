"""One writer for a run: a lock that ends with the process that holds it."""

import contextlib
import fcntl
import json
import os
import platform

from lth_keras import opening
from lth_keras.errors import RunError
from lth_keras.paths import RunPaths


@contextlib.contextmanager
def hold(root):
    """Holds the lock of the run in `root`; the folder is made if it is missing.

    The kernel frees the lock when the process ends, in whatever way, so that the next process can
    take it at once. The file names the process that holds it. It is never removed: a lock on a
    removed file would keep nobody out.

    Raises:
      RunError: another process holds it, or the place cannot be written.
    """
    path = RunPaths(root).lock
    try:
        file = opening.appended(path)
    except OSError as error:
        raise RunError(
            f"cannot write {path}: {error.strerror or error}; give an --output_dir that can be "
            "written"
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
        file.write(json.dumps({"host": platform.node(), "pid": os.getpid()}).encode())
        file.flush()
        yield


def is_held(root):
    """Whether a living process works on the run in `root`."""
    path = RunPaths(root).lock
    try:
        file = opening.opened(path)
    except OSError:
        return False  # There is no lock file, or not one of this program.
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _holder(path):
    try:
        who = json.loads(opening.read_bytes(path, most=4096))
        return f"process {int(who['pid'])} on {str(who['host'])[:200]}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another process"
