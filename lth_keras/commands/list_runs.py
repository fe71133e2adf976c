"""`python run.py list`: the runs under --output_dir."""

import pathlib

from rich.console import Console
from rich.table import Table

from lth_keras import files
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.paths import RunPaths

USAGE = """usage: python run.py list [--output_dir=runs]
  The runs there: name, state, how far, data, best ticket.
"""


def define_flags(values):
    """No flags but --output_dir."""


def main(flags, arguments):
    """Prints a row for each run. Returns the exit status."""
    if arguments:
        raise ConfigurationError(f"list takes no arguments; {arguments[0]!r} was given")
    root = pathlib.Path(flags.output_dir)
    if not root.is_dir():
        raise ConfigurationError(f"--output_dir={root} is no folder; nothing has been run there")
    table = Table("run", "state", "done", "data", "best ticket")
    for folder in sorted(root.iterdir()):
        if (folder / "run.json").is_file():
            table.add_row(*_row(RunPaths(folder)))
    Console().print(table)
    return 0


def _row(paths):
    try:
        header = files.read_json(paths.run_json)
    except RunError:
        return paths.root.name, "run.json is damaged", "", "", ""
    done = len(list(paths.root.glob("trial_*/*/done.json")))
    return paths.root.name, header["state"], str(done), header["data"]["name"], ""
