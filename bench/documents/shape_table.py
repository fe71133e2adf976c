"""The table of weight distributions beside other runs', from the measure's summary.json."""

import json
import re

from bench.documents.csv_rows import entries_of

STORED = ("trials", "run", "when", "between_runs", "between_trials", "p")
HEADER = ["other run", "weights", "between the runs", "between trials of one run", "p"]
WHEN = {"start": "at the start", "end": "at the end"}
_TEST = re.compile(
    r"(start|end), \S+, shape in (.+): Kolmogorov–Smirnov distance ([\d.]+) between the runs, "
    r"([\d.]+) between trials of one run; permutation test over trials: p = ([\d.]+)$")


def taken(folder):
    """{suffix: [header, row, …]} of the measure's folder: what its tests over trials found.

    Raises:
      ValueError: the summary has no such test.
    """
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    trials = str(len({piece.partition("-")[0] for piece in summary["pieces"]}))
    found = [match.groups() for match in map(_TEST.match, summary["statements"]) if match]
    if not found:
        raise ValueError(f"{folder} has no test of shapes; expected an analysis with "
                         "WeightDistributions.others")
    return {"": [list(STORED), *([trials, run, when, *rest] for when, run, *rest in found)]}


def cells(table, networks):
    """[header, row, …] of texts: two rows for each other run, at the start and at the end.

    Args:
      table: [header, row, …] that `taken` gives, as texts.
      networks: 'RUN = WORDS; RUN = WORDS …', in the order of the rows.

    Raises:
      ValueError: the table has no such run.
    """
    entries, rows = entries_of(table), []
    for part in networks.split("; "):
        run, _, words = part.partition(" = ")
        chosen = [each for each in entries if each["run"] == run]
        if not chosen:
            known = ", ".join(dict.fromkeys(each["run"] for each in entries))
            raise ValueError(f"the table has no run {run!r}; it has {known}")
        rows += [[words, WHEN[each["when"]], each["between_runs"], each["between_trials"],
                  each["p"]] for each in chosen]
    return [HEADER, *rows]
