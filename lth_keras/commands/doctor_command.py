"""`python run.py doctor`: says what works on this machine, and what to do about the rest."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lth_keras.doctor.check import FINE, NOTE, WRONG
from lth_keras.doctor.data_sets import data_sets
from lth_keras.doctor.installation import installation
from lth_keras.doctor.machine import machine
from lth_keras.errors import ConfigurationError, RunError

_STYLES = {FINE: "green", NOTE: "yellow", WRONG: "bold red"}


def main(flags, arguments):
    """Prints a line for each check. Returns the exit status.

    Raises:
      RunError: something will not work.
    """
    if arguments:
        raise ConfigurationError(f"doctor takes no arguments; {arguments[0]!r} was given")
    checks = [*installation(), *machine(flags.output_dir)]
    broken = [check for check in checks if check.verdict == WRONG]
    checks += data_sets(flags.data_dir)
    if not broken:
        # It comes last: without its packages TensorFlow cannot be imported.
        from lth_keras.doctor.devices import devices

        checks += devices()
    Console(markup=False).print(_table(checks))
    broken = [check.name for check in checks if check.verdict == WRONG]
    if broken:
        raise RunError(f"{', '.join(broken)}: something will not work; see the advice above")
    return 0


def _table(checks):
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("what", no_wrap=True)
    table.add_column("seen", ratio=3, overflow="fold")
    table.add_column("verdict", ratio=2, overflow="fold")
    for check in checks:
        verdict = Text(check.advice or "fine", _STYLES[check.verdict])
        table.add_row(Text(check.name), Text(check.seen), verdict)
    return table
