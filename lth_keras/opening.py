"""The one way to open files: only regular ones, of bounded size, and inside a run without links.

The files of a run may come from somebody else. A link among them could lead anywhere, a program
would wait for a pipe without end, and a file may claim to be larger than memory. `fence` names a
run's folder; below it the folders of a path are opened one by one, and a link is refused.
"""

import collections
import contextlib
import errno
import functools
import os
import stat

GIB = 2**30
# All files of a run are smaller: a checkpoint of a network of 10^9 weights has about 24 GB.
MOST = 32 * GIB
_CLOSED = os.O_CLOEXEC | os.O_NOFOLLOW
_fences = set()
# {path: how often this process has written it}.
_replaced = collections.Counter()


def fence(root):
    """From now on no link is followed below the folder `root`; `root` itself may be a link."""
    with contextlib.suppress(ValueError):  # A name with a zero byte in it: no such folder can
    # exist.
        _fences.add(os.path.abspath(root))


def read_bytes(path, most=MOST):
    """The bytes of a regular file.

    Args:
      path: of the file.
      most: the largest size in bytes that is read.

    Raises:
      OSError: it is missing, not a regular file, larger than `most`, or behind a link.
    """
    with opened(path) as file:
        return read_all(file, most)


def read_all(file, most=MOST):
    """The bytes of a file that `opened` gave; raises as `read_bytes`."""
    size = check_size(file, most)
    content = file.read(size + 1)
    if len(content) != size:
        raise OSError(errno.EIO, "it was changed while it was read")
    return content


def check_size(file, most=MOST):
    """The size of an open file; OSError where it is more than `most`."""
    size = os.fstat(file.fileno()).st_size
    if size > most:
        raise OSError(errno.EFBIG, f"it has {size:,} bytes; expected at most {most:,}")
    return size


def opened(path):
    """A regular file, open for reading; OSError where there is none."""
    with parent(path) as (folder, name):
        # Without O_NONBLOCK the call would wait until somebody writes into a pipe.
        flags = os.O_RDONLY | os.O_NONBLOCK | _followed(path)
        return _regular(_open(name, flags, folder), "rb")


def created(path):
    """A new regular file, open for writing; replaces an old one, and makes missing folders."""
    with parent(path, make=True) as (folder, name):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOSED
        return _regular(_open(name, flags, folder, 0o666), "wb")


def appended(path):
    """A regular file for locks, open for reading and writing; it is made if it is missing."""
    with parent(path, make=True) as (folder, name):
        flags = os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | _CLOSED
        return _regular(_open(name, flags, folder, 0o666), "r+b")


def replace(source, target):
    """Renames `source` to `target` in one step; both lie in one folder, which is flushed."""
    with parent(target) as (folder, name):
        os.replace(os.path.basename(source), name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    _replaced[os.path.abspath(target)] += 1


def move(source, target):
    """Renames the file, folder or link `source` to `target`, which must not exist yet."""
    with parent(source) as (old, name), parent(target, make=True) as (new, other):
        if _kind(other, new) is not None:
            raise OSError(errno.EEXIST, "something is there already")
        os.rename(name, other, src_dir_fd=old, dst_dir_fd=new)


def remove(path):
    """Removes a file or a link, not the file that a link leads to; without either, does nothing."""
    with contextlib.suppress(FileNotFoundError), parent(path) as (folder, name):
        os.unlink(name, dir_fd=folder)


def is_file(path):
    """Whether there is a regular file, not behind a link below a fence."""
    return stat.S_ISREG(_mode(path) or 0)


def is_folder(path):
    """Whether there is a folder, not behind a link below a fence."""
    return stat.S_ISDIR(_mode(path) or 0)


def exists(path):
    """Whether anything is there, also a link that leads nowhere."""
    return _mode(path) is not None


def is_denied(folder):
    """Whether there is a folder that this user has no right to read."""
    return os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK)


def written_at(path):
    """When a file or a folder was last written, in seconds since 1970; None where there is none."""
    try:
        with parent(path) as (folder, name):
            return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime
    except OSError:
        return None


def entries(folder):
    """Sorted names of a folder's files and folders; () where it is missing or behind a link."""
    if not is_folder(folder):
        return ()
    try:
        with parent(os.path.join(folder, "x")) as (descriptor, _):
            # This program writes no names that are not UTF-8.
            return tuple(sorted(
                name for name in os.listdir(descriptor) if name.isprintable()))
    except OSError:
        return ()


def stamp(path):
    """(device, inode, size, time of the last change in ns, how often this process has replaced
    it); as long as it is the same, so are the bytes."""
    with opened(path) as file:
        return stamp_of(file, path)


def stamp_of(file, path):
    """`stamp` of an open file."""
    status = os.fstat(file.fileno())
    # The clock of a file system ticks every few milliseconds, and inodes are used again: two of our
    # own writings may look alike.
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns,
            _replaced[os.path.abspath(path)])


@contextlib.contextmanager
def parent(path, make=False):
    """Yields (descriptor of the folder that `path` is in, its name there).

    Args:
      path: of a file or folder.
      make: whether folders that are missing are made.

    Raises:
      OSError: a folder is missing, or below a fence a link.
    """
    try:
        root, *steps, name = _steps(path)
        if make:
            os.makedirs(root, exist_ok=True)
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except ValueError as error:
        raise OSError(errno.EINVAL, "its name has a zero in it") from error
    try:
        for step in steps:
            below = _enter(step, descriptor, make)
            os.close(descriptor)
            descriptor = below
        yield descriptor, name
    finally:
        os.close(descriptor)


def _steps(path):
    """[folder to begin at, folder below it, …, name]; without a fence, the folder and the name."""
    absolute = os.path.abspath(path)
    if "\0" in absolute:
        raise ValueError("embedded null byte")
    return _split(absolute, len(_fences))


@functools.lru_cache(maxsize=4096)
def _split(absolute, fences):
    """As `_steps`, of an absolute path; with `fences`, their number, an old answer is not taken."""
    del fences
    root, place, below, inside = None, absolute, [], []
    while place != os.path.dirname(place):
        below = [os.path.basename(place), *below]
        place = os.path.dirname(place)
        if place in _fences:  # The outermost fence: that of the run, not that of its analysis.
            root, inside = place, below
    if root is not None:
        return [root, *inside]
    return [os.path.dirname(absolute), os.path.basename(absolute)]


def _enter(step, folder, make):
    try:
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(step, dir_fd=folder)
        return os.open(step, os.O_RDONLY | os.O_DIRECTORY | _CLOSED, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise OSError(
                error.errno, f"{step} on the way to it is a link or no folder; a run has folders "
                "of its own only") from error
        raise


def _open(name, flags, folder, mode=0):
    try:
        return os.open(name, flags, mode, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(error.errno, "it is a link; a run has files of its own only") from error
        if error.errno == errno.ENXIO:  # A pipe or a socket.
            raise OSError(error.errno, "it is no regular file") from error
        raise


def _regular(descriptor, mode):
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        return os.fdopen(descriptor, mode)
    except BaseException:
        os.close(descriptor)
        raise


def _followed(path):
    """Flags for reading `path`: its last part may be a link if the path is not inside a run."""
    root, *below = _steps(path)
    return _CLOSED if len(below) > 1 or root in _fences else os.O_CLOEXEC


def _mode(path):
    try:
        with parent(path) as (folder, name):
            return _kind(name, folder, follow=not _followed(path) & os.O_NOFOLLOW)
    except OSError:
        return None


def _kind(name, folder, follow=False):
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=follow).st_mode
    except OSError:
        return None
