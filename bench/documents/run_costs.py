"""What a run, or the analyses of one, cost, from their done.json, as a row of ledger.csv."""

import json

from bench.documents.csv_rows import rows_of, write_rows


def store(docs, folder, name):
    """Fills in what the row `name` of docs/data/ledger.csv says of a run or of its analyses.

    Raises:
      ValueError: the folder has nothing finished, or the ledger has no such row.
    """
    path = docs / "data" / "ledger.csv"
    header, *rows = rows_of(path)
    row = next((row for row in rows if row[0] == name), None)
    if row is None:
        raise ValueError(f"--as is {name!r}; expected the name of a row of ledger.csv: add it with "
                         "its document and machine first")
    for column, value in costs_of(folder).items():
        row[header.index(column)] = value
    write_rows(path, [header, *rows])


def costs_of(folder):
    """{column of ledger.csv: text} of a run's folder, or of its folder `analysis`.

    Seconds are of training and evaluation, or of measuring. A network that is a copy of one of
    IMP's was not trained and does not count. Peak memory is the highest that a process had; where
    none was stored, the ledger keeps what it has.
    """
    done = [json.loads(path.read_text("utf-8")) for path in folder.glob("*/*/done.json")]
    if not done:
        raise ValueError(f"--cost is {folder}, which has nothing finished; expected the folder of "
                         "a run, or its folder `analysis`")
    if "measure" in done[0]:
        return {"seconds": str(round(sum(each["seconds"] for each in done))), "source": "done.json"}
    trained = [each for each in done if not each.get("equal_to")]
    peaks = [each["peak_memory_bytes"] for each in done if each.get("peak_memory_bytes")]
    seconds = sum(each["train_seconds"] + each["evaluate_seconds"] for each in trained)
    return {"networks": str(len(trained)),
            "updates": str(sum(each["steps"] - each["start_step"] for each in trained)),
            "seconds": str(round(seconds)), "source": "done.json",
            **({"peak_gb": f"{max(peaks) / 1e9:.2f}"} if peaks else {})}
