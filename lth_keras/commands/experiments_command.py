"""`python run.py experiments [NAME]`: lists the packaged gin files, or prints one."""

import pathlib

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from lth_keras.commands import gin_files
from lth_keras.errors import ConfigurationError


def main(flags, arguments):
    """Prints a paragraph for each experiment, or one gin file. Returns the exit status."""
    del flags
    if len(arguments) > 1:
        raise ConfigurationError(
            f"experiments takes one name at most, {len(arguments)} were given")
    if arguments:
        path = gin_files.find(arguments[0], "experiments")
        print(pathlib.Path(path).read_text("utf-8"), end="")
        return 0
    console = Console(markup=False)
    for each in gin_files.packaged():
        console.print(Text(each.name, "bold"))
        for label, text in (("", each.what), ("Reproduces: ", each.source), ("Time: ", each.time)):
            if text:
                console.print(Padding(Text(label + text), (0, 0, 0, 4)))
    return 0
