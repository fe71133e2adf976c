"""What a run cost, from the done.json of its networks and analyses, as a row of ledger.csv."""

import json

from bench.documents.csv_rows import rows_of, write_rows


def store(docs, run, name):
    """Fills in what the row `name` of docs/data/ledger.csv says of a run.

    Seconds are of training and evaluation, and of the run's analyses. A network that is a copy of
    one of IMP's was not trained and does not count. Peak memory is the highest that a process had.

    Raises:
      ValueError: the folder has no finished network, or the ledger has no such row.
    """
    path = docs / "data" / "ledger.csv"
    header, *rows = rows_of(path)
    row = next((row for row in rows if row[0] == name), None)
    if row is None:
        raise ValueError(f"--as is {name!r}; expected the name of a row of ledger.csv: add it with "
                         "its document and machine first")
    for column, value in of_run(run).items():
        row[header.index(column)] = value
    write_rows(path, [header, *rows])


def of_run(run):
    """{column of ledger.csv: text} of a run's folder."""
    facts = [json.loads(path.read_text("utf-8")) for path in run.glob("trial_*/*/done.json")]
    if not facts:
        raise ValueError(f"--cost is {run}, which has no finished network; expected a run's folder")
    trained = [each for each in facts if not each.get("equal_to")]
    measured = [json.loads(path.read_text("utf-8"))["seconds"]
                for path in run.glob("analysis/*/*/done.json")]
    seconds = sum(each["train_seconds"] + each["evaluate_seconds"] for each in trained)
    peaks = [each["peak_memory_bytes"] for each in facts if each.get("peak_memory_bytes")]
    return {"networks": str(len(trained)),
            "updates": str(sum(each["steps"] - each["start_step"] for each in trained)),
            "seconds": str(round(seconds + sum(measured))), "source": "done.json",
            **({"peak_gb": f"{max(peaks) / 1e9:.2f}"} if peaks else {})}
