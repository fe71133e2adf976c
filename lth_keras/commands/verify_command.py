"""`python run.py verify RUN`: checks a stored run, and sets damaged parts aside."""

from rich.console import Console

from lth_keras.commands.find_run import find_run
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.plain_text import plain
from lth_keras.program import program
from lth_keras.store import run_lock
from lth_keras.store.verification import set_aside, verify


def main(flags, arguments):
    """Prints a line for each finding. Returns 0 if nothing is wrong, or all was repaired.

    Raises:
      RunError: something is wrong and was not set aside.
    """
    if len(arguments) != 1:
        raise ConfigurationError(f"verify takes one RUN; {len(arguments)} were given")
    paths, console = find_run(arguments[0], flags.output_dir), Console(soft_wrap=True)

    def say(text):
        console.print(plain(text), markup=False, highlight=False)

    if not flags.repair:
        outcome = verify(paths)
    else:
        with run_lock.hold(paths.root):
            outcome = verify(paths)
            target = set_aside(paths, outcome.findings) if outcome.findings else None
    for finding in outcome.findings:
        say(str(finding))
    say(f"{outcome.done} networks are done, {len(outcome.unfinished)} are not, "
        f"{len(outcome.findings)} findings")
    if outcome.findings and not flags.repair:
        raise RunError(
            f"{paths.root} is damaged; `{program()} verify {arguments[0]} --repair` sets the "
            "damaged parts aside, and the run's own command then does them again"
        )
    if outcome.findings:
        say(f"what was damaged is in {target} now; give the run's own command to do it again")
        for line in _done_again_by(arguments[0], outcome.findings):
            say(line)
    return 0


def _done_again_by(run, findings):
    """Lines about what was set aside and is made by other commands than the run's own."""
    aside = sorted({name for finding in findings for name in finding.aside})
    lines = []
    if any(name.partition("/")[0] == "analysis" for name in aside):
        lines.append(f"of analysis/: `{program()} analyze {run}`, as it was given before, makes "
                     "that again")
    for name in aside:
        folder, _, card = name.partition("/")
        if folder == "exports" and card.endswith(".json"):
            lines.append(
                f"{name}, the card of an export, is made again by exporting the network once more "
                f"to a new folder of that name: `{program()} export {run} "
                f"--variant=… --to={card.removesuffix('.json')}`; until then the report has no "
                "sizes and speeds of it")
    return lines
