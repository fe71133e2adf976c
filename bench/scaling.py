"""Throughput and memory against the number of workers and of threads per worker.

    python -m bench.scaling --csv=scaling.csv 1x1 1x2 2x1

Each WORKERSxTHREADS is a whole run of the same experiment, as a person would start it, kept to as
many cores as it has threads in all; 1xT is the serial run without Ray. What counts is the time from
the first unit's start to the last table, in which workers start too; ratios are to the first one
named. Runs of as many threads per network have to leave the same bytes.
"""

import argparse
import contextlib
import csv
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from rich.console import Console
from rich.table import Table

from lth_keras import files

_COMMAND = (
    "run.py", "--gin_file=gin/mnist_lt.gin", "--gin_param=Dataset.name = 'mnist_5k'",
    "--gin_param=Dataset.fallback = None",
)
_COLUMNS = ("workers", "threads", "steps", "run_seconds", "command_seconds", "steps_per_second",
            "ratio", "cpu_seconds", "worker_peak_mb", "driver_peak_mb", "same_bytes")
_MB = 10**6


def measure(workers, threads, params, output):
    """Runs it once. Returns ({column: value}, {file: SHA-256})."""
    cores = sorted(os.sched_getaffinity(0))[:workers * threads]
    if len(cores) < workers * threads:
        raise SystemExit(f"{workers}x{threads} needs {workers * threads} cores, there are {cores}")
    command = [sys.executable, *_COMMAND, *(f"--gin_param={each}" for each in params),
               f"--output_dir={output}"]
    if workers > 1:
        command += [f"--workers={workers}", f"--gin_param=Resources.cpus = {threads}"]
    began = time.monotonic()
    with open(output / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.sched_setaffinity(0, cores))
        peaks, spent = {}, {}
        while process.poll() is None:
            for each in _family(process.pid):
                with contextlib.suppress(OSError):
                    # A process that has just ended has no memory any more.
                    peaks[each] = max(peaks.get(each, 0), _peak(each))
                    spent[each] = max(spent.get(each, 0), _spent(each))
            time.sleep(0.5)
    if process.returncode:
        raise SystemExit((output / "log").read_text("utf-8"))
    command_seconds = time.monotonic() - began
    (root,) = (path.parent for path in output.glob("*/run.json"))
    steps = 0
    for done in root.glob("trial_*/*/done.json"):
        facts = files.read_sealed_json(done)
        steps += 0 if "equal_to" in facts else facts["steps"] - facts["start_step"]
    driver = peaks.pop(process.pid)
    seconds = files.read_sealed_json(root / "run.json")["seconds"]
    row = {
        "workers": workers, "threads": threads, "steps": steps, "run_seconds": seconds,
        "command_seconds": round(command_seconds, 1), "steps_per_second": round(steps / seconds, 1),
        "cpu_seconds": round(sum(spent.values()), 1),
        "worker_peak_mb": round((max(peaks.values()) if workers > 1 else driver) / _MB),
        "driver_peak_mb": round(driver / _MB),
    }
    return row, {
        str(path.relative_to(root)): files.sha256(path)
        for pattern in ("metrics.csv", "*.npz") for path in root.rglob(pattern)
    }


def main():
    """Measures, prints a table, writes the CSV."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("settings", nargs="+", help="WORKERSxTHREADS")
    parser.add_argument("--gin_param", action="append", default=[])
    parser.add_argument("--csv", type=pathlib.Path)
    arguments = parser.parse_args()
    rows, left = [], {}
    for setting in arguments.settings:
        workers, threads = map(int, setting.split("x"))
        with tempfile.TemporaryDirectory() as output:
            row, digests = measure(workers, threads, arguments.gin_param, pathlib.Path(output))
        digest = hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()
        row["same_bytes"] = left.setdefault(threads, digest) == digest
        row["ratio"] = round(
            row["steps_per_second"] / (rows[0] if rows else row)["steps_per_second"], 2)
        rows.append(row)
        print(row, flush=True)
        if arguments.csv:  # After each, because a later one may be cut off.
            with open(arguments.csv, "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, _COLUMNS)
                writer.writeheader()
                writer.writerows(rows)
    if len(set(left.values())) < len(left):
        print("another number of threads left the same bytes too")
    table = Table(*_COLUMNS)
    for row in rows:
        table.add_row(*(str(row[column]) for column in _COLUMNS))
    Console(width=140).print(table)


def _family(process):
    """A process and all that it has started, and those have."""
    family = [process]
    for parent in family:
        for thread in pathlib.Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                family.extend(map(int, thread.read_text().split()))
            except OSError:
                continue
    return family


def _peak(process):
    """Most bytes of memory that a process has had."""
    lines = pathlib.Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return max([0, *(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))])


def _spent(process):
    """Seconds of processor time that a process has used; it does not matter who else runs."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
