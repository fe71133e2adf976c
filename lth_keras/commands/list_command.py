"""`python run.py list`: the runs under --output_dir."""

import pathlib

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lth_keras import opening
from lth_keras.console.sentences import wrapped
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.metric import ACCURACY, metrics_of
from lth_keras.paths import RunPaths, variant_name
from lth_keras.plain_text import plain
from lth_keras.program import program
from lth_keras.statistics.summary import without_diverged
from lth_keras.store import network_folder, run_lock, vouched
from lth_keras.store.metrics import parse_rows, read_rows

BEST = "best ticket, test"


def main(flags, arguments):
    """Prints a row for each run. Returns the exit status."""
    if arguments:
        raise ConfigurationError(f"list takes no arguments; {arguments[0]!r} was given")
    root = pathlib.Path(flags.output_dir)
    if not root.is_dir():
        raise ConfigurationError(f"--output_dir={root} is no folder; nothing has been run there")
    if opening.is_denied(root):
        raise ConfigurationError(f"--output_dir={root} cannot be read: permission denied")
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("run", "state", "networks", "data", BEST):
        table.add_column(column, overflow="fold")
    for name in opening.entries(root):
        if opening.is_denied(root / name):
            table.add_row(Text(plain(name)), "cannot be read: permission denied")
        elif opening.exists(root / name / "run.json"):
            table.add_row(*(Text(plain(cell)) for cell in _row(RunPaths(root / name))))
    console = Console(markup=False)
    console.print(table)
    console.print(wrapped(
        f"{BEST}: the mean test metric at the evaluation where the validation metric is best",
        console.width), highlight=False, soft_wrap=True)
    return 0


def _row(paths):
    try:
        header = network_folder.header(paths)
    except RunError as error:
        what = "cannot be read" if _is_denied(error) else f"is damaged: {program()} verify"
        return paths.root.name, f"run.json {what}", "", "", ""
    state = header["state"]
    if state == "running" and not run_lock.is_held(paths.root):
        state = "cut off"
    done = sum(
        network_folder.is_done(paths.network(trial, name)) for trial, name in header["units"])
    if state == "done" and done + len(header.get("skipped", {})) < len(header["units"]):
        state = f"networks are missing: {program()} verify"
    data = header["data"]["name"]
    if header["data"]["fallback_reason"]:
        data = f"{data}, not {header['data']['requested']}"
    networks = f"{done}/{len(header['units'])}"
    return paths.root.name, state, networks, data, _best_ticket(
        paths, header, metrics_of(header)[0])


def _is_denied(error):
    return isinstance(error.__cause__, PermissionError)


def _metrics(paths, header):
    """All evaluations: the table of a finished run, else those of its networks; checked."""
    if header["state"] == "done":
        content = vouched.read_bytes(paths.metrics, header["tables"][paths.metrics.name])
        return parse_rows(content, paths.metrics)
    folders = [paths.network(*each) for each in header["units"]]
    tables = [read_rows(folder) for folder in folders if network_folder.is_done(folder)]
    return pd.concat(tables, ignore_index=True) if tables else None


def _best_ticket(paths, header, metric):
    """The ticket with the best mean validation metric over trials, and its test metric there.

    Trials that diverged are in no mean.
    """
    try:
        metrics = _metrics(paths, header)
    except RunError:
        return f"metrics are damaged: {program()} verify"
    if metrics is None:
        return ""
    chosen_by, shown = f"val_{metric.name}", f"test_{metric.name}"
    if not {chosen_by, shown} <= set(metrics):
        return f"metrics are damaged: {program()} verify"
    tickets = without_diverged(metrics[metrics["variant"] == "ticket"])
    tickets = tickets[tickets[chosen_by].notna()]
    if tickets.empty:
        return ""
    best_place = f"idx{metric.best}"
    rows = getattr(tickets.groupby(["round", "trial"])[chosen_by], best_place)()
    means = tickets.loc[rows].groupby("round")[[chosen_by, shown]].mean()
    index = getattr(means[chosen_by], best_place)()
    reached = f"{metric.text(means.loc[index, shown])}{metric.shown_unit}"
    if metric != ACCURACY:
        reached = f"{metric.name} {reached}"
    return f"{variant_name('ticket', index)} {reached}"
