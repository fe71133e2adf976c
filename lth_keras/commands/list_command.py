"""`python run.py list`: the runs under --output_dir."""

import pathlib

from rich import box
from rich.console import Console
from rich.table import Table

from lth_keras.errors import ConfigurationError, RunError
from lth_keras.paths import RunPaths, variant_name
from lth_keras.store import network_folder, run_lock
from lth_keras.store.metrics import read_csv


def main(flags, arguments):
    """Prints a row for each run. Returns the exit status."""
    if arguments:
        raise ConfigurationError(f"list takes no arguments; {arguments[0]!r} was given")
    root = pathlib.Path(flags.output_dir)
    if not root.is_dir():
        raise ConfigurationError(f"--output_dir={root} is no folder; nothing has been run there")
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("run", "state", "networks", "data", "best ticket"):
        table.add_column(column, overflow="fold")
    for folder in sorted(root.iterdir()):
        if (folder / "run.json").is_file():
            table.add_row(*_row(RunPaths(folder)))
    Console().print(table)
    return 0


def _row(paths):
    try:
        header = network_folder.header(paths)
    except RunError:
        return paths.root.name, "run.json is damaged: run.py verify", "", "", ""
    state = header["state"]
    if state == "running" and not run_lock.is_held(paths.root):
        state = "cut off"
    done = sum(
        network_folder.is_done(paths.network(trial, name)) for trial, name in header["units"])
    if state == "done" and done + len(header.get("skipped", {})) < len(header["units"]):
        state = "networks are missing: run.py verify"
    data = header["data"]["name"]
    if header["data"]["fallback_reason"]:
        data = f"{data}, not {header['data']['requested']}"
    return paths.root.name, state, f"{done}/{len(header['units'])}", data, _best_ticket(paths)


def _best_ticket(paths):
    """By mean validation accuracy at its best step, over trials; the test accuracy there."""
    try:
        metrics = read_csv(paths.metrics) if paths.metrics.exists() else None
    except RunError:
        return "metrics.csv is damaged"
    if metrics is None:
        return ""
    tickets = metrics[(metrics["variant"] == "ticket") & metrics["val_accuracy"].notna()]
    if tickets.empty:
        return ""
    best = tickets.loc[tickets.groupby(["round", "trial"])["val_accuracy"].idxmax()]
    means = best.groupby("round")[["val_accuracy", "test_accuracy"]].mean()
    index = means["val_accuracy"].idxmax()
    return f"{variant_name('ticket', index)} {100 * means.loc[index, 'test_accuracy']:.2f} %"
