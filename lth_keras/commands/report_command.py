"""`python run.py report RUN [RUN…]`: tables, figures and the page again from what is stored."""

import os

from rich.console import Console

from lth_keras.commands.find_run import find_run
from lth_keras.errors import ConfigurationError
from lth_keras.plain_text import plain
from lth_keras.program import program


def main(flags, arguments):
    """Writes the report. Returns the exit status."""
    if not arguments:
        raise ConfigurationError(
            f"report needs a run: its folder, or its name under --output_dir; `{program()} list` "
            "shows the runs there are"
        )
    roots = [find_run(name, flags.output_dir).root for name in arguments]
    if len(roots) > 1 and (flags.to is None or flags.margin is not None):
        raise ConfigurationError(
            "a comparison of several runs needs --to=DIR, a folder to write it to, and takes no "
            "--margin: it tests differences between runs"
        )
    if len(roots) == 1 and flags.to is not None:
        raise ConfigurationError(
            f"--to={flags.to} is for a comparison of several runs; one run's report goes into "
            "the run itself"
        )
    # The import takes a second; a mistyped name is refused before it.
    from lth_keras.report import write_comparison, write_report

    console = Console(soft_wrap=True, highlight=False)
    if len(roots) > 1:
        console.print(f"wrote {write_comparison(roots, flags.to)}", markup=False)
        return 0
    run = write_report(roots[0], flags.margin)
    if run.state():
        console.print(plain(run.state()), style="bold red" if run.lost else None, markup=False)
    kept = [run.paths.summary] if run.keeps_summary else []
    for path in (run.paths.report, run.paths.figures, run.paths.summary, run.paths.summary_md,
                 run.paths.summary_tex, run.paths.comparisons):
        if path in kept:
            continue
        console.print(f"wrote {os.fspath(path)}", markup=False)
    return 0
