"""The gallery of statements and the ledger of cost, written from docs/data.

docs/data/statements.csv has a row for each statement that a source makes, with what it asks for, a
`difference` between networks or a `bound` on a figure, and with the place of the figure that
decides it: a table of docs/data, a row and a column of it. docs/data/ledger.csv has a row for each
run that a document rests on. What is shown is computed here: the evidence is the table's own cell,
and a verdict stands only where the rules of `verdict_of` allow one.
"""

import csv
import pathlib

from bench.documents.network_table import CLEAR
from bench.documents.sources import SOURCES
from bench.documents.tables import shown

VERDICTS = ("holds", "does not", "open")
ASKS = ("difference", "bound")
LEAST_TRIALS = 3
GALLERY_HEADER = ["statement", "verdict", "evidence", "trials", "figure", "document"]
COST_HEADER = ["run", "document", "networks", "updates", "seconds", "ms an update",
               "peak memory, GB", "machine", "updates on a GPU, s (projected)"]


def documents(docs, known):
    """{file: text} of gallery.md and cost.md, the tables as their CSVs have them."""
    return {"gallery.md": _gallery(docs, known), "cost.md": _cost(docs)}


def tables(docs, known):
    """{'gallery': …, 'cost': …}: [header, row, …] of the tables of both documents.

    Raises:
      ValueError: a statement names a cell that is not there, or claims more than it may.
    """
    gallery = [[each["statement"], verdict_of(docs, known, each), evidence_of(docs, known, each),
                known[each["table"]]["trials"], _figure(each["figure"]),
                f"[{known[each['table']]['document']}]({known[each['table']]['document']})"]
               for each in _read(docs / "data" / "statements.csv")]
    cost = [[f"`{each['run']}`", f"[{each['document']}]({each['document']})",
             _thousands(each["networks"]), _thousands(each["updates"]),
             _thousands(each["seconds"]), _per_update(each), each["peak_gb"] or "–",
             each["machine"], _projected(each)]
            for each in _read(docs / "data" / "ledger.csv")]
    return {"gallery": [GALLERY_HEADER, *gallery], "cost": [COST_HEADER, *cost]}


def evidence_of(docs, known, statement):
    """The cell that decides a statement, as its table has it.

    Raises:
      ValueError: there is no such table, row or column.
    """
    name, row, column = statement["table"], statement["row"], statement["column"]
    if name not in known:
        raise ValueError(f"statements.csv: {statement['statement']!r} names the table {name!r}, "
                         "which tables.csv has not")
    header, *rows = shown(docs, known[name])
    found = [each for each in rows if each[0] == row]
    if column not in header or len(found) != 1:
        raise ValueError(f"statements.csv: {name} has {len(found)} rows {row!r}, and the columns "
                         f"{header}; expected one row, and the column {column!r}")
    return found[0][header.index(column)]


def verdict_of(docs, known, statement):
    """A statement's verdict.

    Raises:
      ValueError: it is none of `VERDICTS`, or it is not 'open' although there are fewer than
        `LEAST_TRIALS` trials, the evidence has no interval, or a difference is not clear.
    """
    verdict, trials = statement["verdict"], int(known[statement["table"]]["trials"] or 0)
    evidence = evidence_of(docs, known, statement)
    if verdict not in VERDICTS:
        raise ValueError(f"statements.csv: the verdict {verdict!r} is none of {VERDICTS}")
    with_interval = "[" in evidence or "±" in evidence or " of " in evidence
    if verdict != "open" and (trials < LEAST_TRIALS or not with_interval):
        raise ValueError(
            f"statements.csv: {statement['statement']!r} has the verdict {verdict!r} from {trials} "
            f"trials and the evidence {evidence!r}; expected 'open', or an interval (or a count "
            f"'m of n') from at least {LEAST_TRIALS} trials")
    if statement["asks"] not in ASKS:
        raise ValueError(f"statements.csv: {statement['statement']!r} asks for "
                         f"{statement['asks']!r}; expected one of {ASKS}")
    is_marked = SOURCES[known[statement["table"]]["source"]].marks_clear
    if verdict == "holds" and statement["asks"] == "difference" and is_marked and (
            not evidence.startswith(CLEAR)):
        raise ValueError(
            f"statements.csv: {statement['statement']!r} holds by {evidence!r}, which is not clear "
            "after Holm's correction; expected 'open'")
    return verdict


def _gallery(docs, known):
    commands = {}
    for each in _read(docs / "data" / "statements.csv"):
        entry = known[each["table"]]
        commands.setdefault(entry["document"], []).append(
            f"    {entry['command']}\n\n({entry['machine']}, {entry['measured']}; "
            f"{SOURCES[entry['source']].origin})\n")
    parts = [f"### {document}\n\n" + "\n".join(dict.fromkeys(texts)) + "\n"
             for document, texts in commands.items()]
    return (
        "# What was reproduced, statement by statement\n\n"
        "`python -m bench.check_documents --render` writes this page from `docs/data`. The "
        "evidence is the cell of the\ndocument's own table. A verdict needs at least three trials, "
        "and an interval or a count of all cases;\nwithout them it is *open*. That one network is "
        "better than another needs a difference that is clear after Holm's\ncorrection over the "
        "comparisons beside it: bold in its table.\n\n"
        "<!-- table: gallery -->\n<!-- end -->\n\n"
        "## How to make each again\n\n" + "".join(parts)).rstrip("\n") + "\n"


def _cost(docs):
    rows = _read(docs / "data" / "ledger.csv")
    updates = sum(int(each["updates"]) for each in rows if each["updates"])
    seconds = sum(int(each["seconds"]) for each in rows if each["seconds"])
    return (
        "# What each document has cost\n\n"
        "`python -m bench.check_documents --render` writes this page from `docs/data/ledger.csv`. "
        "Seconds are of\ntraining and evaluation, or of an analysis, as each done.json has them, "
        "and in older rows of the whole command. Peak\nmemory is of one process, in the newest "
        "rows from done.json; before that was stored, it was measured in a repetition\nof the same "
        "command with one trial of a few updates. – is what was not recorded.\n\n"
        "<!-- table: cost -->\n<!-- end -->\n\n"
        f"In all: {_thousands(updates)} updates where they were counted, and "
        f"{seconds / 3600:.1f} hours where they were timed.\n\n"
        "## On a GPU\n\n"
        "Nothing here was measured on one. The last column is updates times the projected step of "
        "[performance.md](performance.md):\n30 TFLOP/s in float32 of which a quarter is reached, "
        "5 µs for each kernel that is started, data on the device. Evaluation,\nfiles and "
        "compilation are not in it. Where that page projects no step for the network and its batch "
        "there is none here.\n")


def _figure(name):
    return f"[figure](images/{name})" if name else ""


def _thousands(text):
    return f"{int(text):,}" if str(text) else "–"


def _per_update(entry):
    if not (entry["updates"] and entry["seconds"]):
        return "–"
    milliseconds = 1000 * int(entry["seconds"]) / int(entry["updates"])
    return f"{milliseconds:.2g}" if milliseconds < 100 else f"{milliseconds:.0f}"


def _projected(entry):
    if not (entry["updates"] and entry["gpu_ms"]):
        return "–"
    return _thousands(round(int(entry["updates"]) * float(entry["gpu_ms"]) / 1000))


def _read(path: pathlib.Path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

