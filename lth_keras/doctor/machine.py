"""Checks of the machine that need no TensorFlow: cores, memory, disk."""

import os
import pathlib
import shutil

from lth_keras.doctor.check import NOTE, WRONG, Check

_GIB = 2**30
# The main experiment takes 1.4 GB; a run writes some hundred MB.
_LEAST_MEMORY, _LEAST_DISK = 2 * _GIB, _GIB


def machine(output_dir, root=pathlib.Path("/")):
    """The `Check`s of cores, memory and disk.

    Args:
      output_dir: the folder of runs.
      root: the folder of proc/ and sys/; tests replace it.
    """
    return [_cores(root), _memory(root), _disk(output_dir)]


def _cores(root):
    usable, all_cores = len(os.sched_getaffinity(0)), os.cpu_count()
    quota = _read(root / "sys/fs/cgroup/cpu.max").split()
    if len(quota) == 2 and quota[0] != "max" and int(quota[0]) < usable * int(quota[1]):
        share = int(quota[0]) / int(quota[1])
        return Check("cores", f"{usable}, of which a quota leaves {share:.1f}", NOTE,
                     f"set OMP_NUM_THREADS={max(int(share), 1)}: more threads than cores wait")
    return Check("cores", f"{usable} of {all_cores}")


def _memory(root):
    fields = dict(line.split(":", 1) for line in _read(root / "proc/meminfo").splitlines()
                  if ":" in line)
    free = int(fields.get("MemAvailable", "0 kB").split()[0]) * 1024
    limit, used = (_read(root / f"sys/fs/cgroup/memory.{name}").strip()
                   for name in ("max", "current"))
    if limit.isdigit() and used.isdigit():
        free = min(free, int(limit) - int(used))
    seen = f"{free / _GIB:.1f} GiB free"
    if free < _LEAST_MEMORY:
        return Check("memory", seen, WRONG, "close programs, or use a machine with 2 GiB free")
    return Check("memory", seen)


def _disk(output_dir):
    place = pathlib.Path(output_dir).absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    seen = f"{free / _GIB:.1f} GiB free under {output_dir}"
    if not os.access(place, os.W_OK):
        return Check("disk", f"{place} cannot be written to", WRONG, "name another --output_dir")
    if free < _LEAST_DISK:
        return Check("disk", seen, WRONG, "make room, or name another --output_dir")
    return Check("disk", seen)


def _read(path):
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""
