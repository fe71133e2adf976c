"""Checks the tables of the documents against docs/data, and writes them from there.

    python -m bench.check_documents                     # status 1, and a line for each difference
    python -m bench.check_documents --render            # writes every table, gallery.md, cost.md
    python -m bench.check_documents --take=RUN --as=NAME    # RUN's summary as docs/data/NAME.csv
    python -m bench.check_documents --cost=RUN --as=TEXT    # RUN's cost as row TEXT of ledger.csv

A table of a document stands between two comments, `<!-- table: NAME -->` and `<!-- end -->`, and is
docs/data/NAME.csv. docs/data/tables.csv says of each where it comes from; docs/data/README.md has
the forms. Nobody types a number into a document: change the CSV, or take a run's summary, and
render.
"""

import argparse
import pathlib
import re
import shutil
import sys
import tempfile

from bench.documents import gallery_and_cost, run_costs
from bench.documents.csv_rows import rows_of, trial_counts, write_rows
from bench.documents.sources import SOURCES
from bench.documents.tables import ROOT, markdown, shown, tables

BLOCK = re.compile(r"<!-- table: ([a-z0-9_]+) -->\n(.*?)<!-- end -->\n", re.DOTALL)
TABLE_LINE = re.compile(r"^\|", re.MULTILINE)
# Documents of measured results: each of their tables has to come from docs/data. In the others a
# table may be typed, as long as it describes and does not measure.
MEASURED = ("reproduction.md", "reproduction_frankle.md", "reproduction_mnist1d.md", "insights.md",
            "transformers.md", "mode_connectivity.md", "open_questions.md", "gallery.md", "cost.md")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--render", action="store_true", help="write the tables")
    parser.add_argument("--take", metavar="RUN", help="the folder of a finished run")
    parser.add_argument("--cost", metavar="RUN", help="a finished run, or its folder `analysis`")
    parser.add_argument("--as", dest="name", metavar="NAME",
                        help="a table of docs/data/tables.csv, or a run of docs/data/ledger.csv")
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs")
    arguments = parser.parse_args(argv)
    if sum(map(bool, (arguments.take, arguments.cost))) != bool(arguments.name):
        parser.error("--as belongs to --take or to --cost: --take=RUN --as=NAME")
    try:
        if arguments.cost:
            run_costs.store(arguments.docs, pathlib.Path(arguments.cost), arguments.name)
        if arguments.take:
            take(arguments.docs, pathlib.Path(arguments.take), arguments.name)
        problems = render(arguments.docs) if arguments.render else check(arguments.docs)
    except ValueError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} differences" if problems else "every table is that of its CSV")
    return 1 if problems else 0


def rendered(docs, path, known):
    """A document's text with each block's table as its CSV has it.

    Raises:
      ValueError: a block names a table that tables.csv has not, or has for another document.
    """
    def block(match):
        name = match[1]
        if name not in known or known[name]["document"] != path.name:
            raise ValueError(f"{path.name} has a table {name!r}, which tables.csv does not name "
                             "for this document")
        return f"<!-- table: {name} -->\n{markdown(shown(docs, known[name]))}<!-- end -->\n"

    return BLOCK.sub(block, path.read_text("utf-8"))


def check(docs):
    """A line for each table that is not its CSV's, is typed by hand, or is in no document."""
    known, seen, problems = tables(docs), set(), []
    problems += [f"{name} is missing; --render writes gallery.md and cost.md"
                 for name in MEASURED if not (docs / name).is_file()]
    for path in _with_tables(docs):
        name, text = path.name, path.read_text("utf-8")
        seen |= {match[1] for match in BLOCK.finditer(text)}
        if name in MEASURED and TABLE_LINE.search(BLOCK.sub("", text)):
            problems.append(f"{name} has a table outside of `<!-- table: NAME -->`")
        problems += _differences(name, text, rendered(docs, path, known))
    problems += [f"{name} of tables.csv is in no document" for name in known
                 if name not in seen and SOURCES[known[name]["source"]].cells]
    problems += _other_trials(docs, known)
    for name, rows in gallery_and_cost.tables(docs, known).items():
        if rows_of(docs / "data" / f"{name}.csv") != rows:
            problems.append(f"docs/data/{name}.csv is not what its sources give; --render it")
    for name, text in gallery_and_cost.documents(docs, known).items():
        path = docs / name
        if path.is_file() and BLOCK.sub("", path.read_text("utf-8")) != BLOCK.sub("", text):
            problems.append(f"{name} is not what --render writes")
    return problems


def _other_trials(docs, known):
    """A line for each taken table that is of more or fewer trials than tables.csv says."""
    problems = []
    for name, entry in known.items():
        for counts in _counted(docs, name, SOURCES[entry["source"]]):
            if counts != [entry["trials"]]:
                problems.append(f"{name} is of {' and '.join(counts)} trials; tables.csv says "
                                f"{entry['trials']}")
    return problems


def _counted(docs, name, source):
    """[[number of trials, …], …] as texts of what a table is shown from; [] if nothing is taken."""
    if source.fewest_trials:
        # It may have rows of more trials, and is called by the fewest.
        return [[str(source.fewest_trials(docs, name))]]
    if not source.file:
        return []
    whole, finals = (docs / "data" / f"{name}{suffix}.csv" for suffix in ("", "_finals"))
    stored = [whole] * bool(source.cells) + [finals] * (not source.cells or finals.is_file())
    return [trial_counts(rows_of(path)) for path in stored]


def _differences(name, ours, theirs):
    pairs = zip(ours.splitlines(), theirs.splitlines(), strict=False)
    changed = [f"{name}, line {number}: {line!r} is {other!r} in its CSV"
               for number, (line, other) in enumerate(pairs, 1) if line != other]
    if not changed and ours != theirs:
        changed = [f"{name} has another number of lines than its CSVs give"]
    return changed[:5]


def render(docs):
    """Writes every table of every document; gives what then still differs."""
    known = tables(docs)
    for name, rows in gallery_and_cost.tables(docs, known).items():
        write_rows(docs / "data" / f"{name}.csv", rows)
    for name, text in gallery_and_cost.documents(docs, known).items():
        (docs / name).write_text(text, "utf-8")
    for path in _with_tables(docs):
        path.write_text(rendered(docs, path, known), "utf-8")
    return check(docs)


def _with_tables(docs):
    return [path for path in sorted(docs.glob("*.md"))
            if path.name in MEASURED or BLOCK.search(path.read_text("utf-8"))]


def take(docs, run, name):
    """Writes the CSVs of docs/data that a table is shown from, out of a run or one of its analyses.

    Raises:
      ValueError: the folder has not what the table shows, or tables.csv does not name the table as
        one that is taken from a run.
    """
    entry = tables(docs).get(name)
    source = SOURCES[entry["source"]] if entry else None
    if source is None or source.file is None:
        kinds = ", ".join(each for each, known in SOURCES.items() if known.file)
        raise ValueError(f"--as is {name!r}; expected a table whose source in tables.csv is one of "
                         f"{kinds}: add its row first")
    if not (run / source.file).is_file():
        raise ValueError(f"--take is {run}, which has no {source.file}; expected the folder of a "
                         "run, or of an analysis, that has finished")
    with tempfile.TemporaryDirectory() as folder:
        # Shown there first: a run that has not what the table shows overwrites nothing.
        data = pathlib.Path(folder, "data")
        data.mkdir()
        if source.copied:
            shutil.copyfile(run / source.file, data / f"{name}.csv")
        for suffix, rows in (source.made(run) if source.made else {}).items():
            write_rows(data / f"{name}{suffix}.csv", rows)
        if source.cells:
            shown(data.parent, entry)
        for path in data.iterdir():
            shutil.copyfile(path, docs / "data" / path.name)


if __name__ == "__main__":
    sys.exit(main())
