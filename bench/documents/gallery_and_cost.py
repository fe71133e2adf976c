"""The gallery of statements and the ledger of cost, written from docs/data.

docs/data/statements.csv has a row for each statement that a source makes, and docs/data/ledger.csv
one for each run that a document rests on. What is shown is computed: the evidence is the cell of
the document's own table, and `verdicts` says what follows from it.
"""

import csv
import pathlib

from bench.documents.sources import SOURCES
from bench.documents.verdicts import (
    BY_ROW,
    DOES_NOT,
    HOLDS,
    LEAST_TRIALS,
    OPEN,
    evidence_of,
    verdict_of,
)

GALLERY_HEADER = ["statement", "verdict", "evidence", "see"]
COST_HEADER = ["run", "document", "networks", "updates", "seconds", "ms an update",
               "peak memory, GB", "machine", "updates on a GPU, s (projected)"]


def documents(docs, known):
    """{file: text} of gallery.md and cost.md, the tables as their CSVs have them."""
    return {"gallery.md": _gallery(docs, known), "cost.md": _cost(docs)}


def tables(docs, known):
    """{'gallery': …, 'cost': …}: [header, row, …] of the tables of both documents.

    Raises:
      ValueError: a statement names a cell that is not there.
    """
    gallery = [[each["statement"], verdict_of(docs, known, each),
                f"{evidence_of(docs, known, each)}; {known[each['table']]['trials']} trials",
                _see(known[each["table"]]["document"], each["figure"])]
               for each in _read(docs / "data" / "statements.csv")]
    cost = [[f"`{each['run']}`", f"[{each['document']}]({each['document']})",
             _thousands(each["networks"]), _thousands(each["updates"]),
             _thousands(each["seconds"]), _per_update(each), each["peak_gb"] or "–",
             each["machine"], _projected(each)]
            for each in _read(docs / "data" / "ledger.csv")]
    return {"gallery": [GALLERY_HEADER, *gallery], "cost": [COST_HEADER, *cost]}


def _gallery(docs, known):
    commands = {}
    for each in _read(docs / "data" / "statements.csv"):
        entry = known[each["table"]]
        commands.setdefault(entry["document"], []).append(
            f"    {entry['command']}\n\n({entry['machine']}, {entry['measured']}; "
            f"{SOURCES[entry['source']].origin})\n")
    verdicts = [row[1].removesuffix(BY_ROW) for row in tables(docs, known)["gallery"][1:]]
    hold, do_not, are_open = (verdicts.count(each) for each in (HOLDS, DOES_NOT, OPEN))
    parts = [f"### {document}\n\n" + "\n".join(dict.fromkeys(texts)) + "\n"
             for document, texts in commands.items()]
    return (
        "# What was reproduced, statement by statement\n\n"
        f"Of {len(verdicts)} statements **{hold} hold, {do_not} do not, {are_open} are open**.\n\n"
        "`python -m bench.check_documents --render` writes this page from `docs/data`, the "
        "verdicts too. The column *evidence*\nrepeats one cell of a table in the named document, "
        "and `docs/data/statements.csv` says between which limits it would\nhave to lie. A "
        "statement *holds* where the whole 95 % interval lies between them, *does not* where all "
        "of it lies\noutside, and is *open* otherwise, or with fewer than "
        f"{LEAST_TRIALS} trials. A statement that one network is better than\nanother "
        "also needs a difference that is clear after Holm's correction over the comparisons beside "
        "it, bold in its\ntable: the densities of one claim, the networks compared with one, or "
        f"the levels. {BY_ROW} marks a verdict that a\ncorrection over all comparisons of its "
        "table would leave open.\n\n"
        "The margins of 0.3, 0.5, 1 and 2 points are ours, the 2 points of a stable network those "
        "of the paper. No test set chose\na network, but for the Distributions paper's own "
        "statistic, the best epoch.\n\n"
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


def _see(document, figure):
    link = f"[{document.removesuffix('.md')}]({document})"
    return f"{link}, [figure](images/{figure})" if figure else link


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

