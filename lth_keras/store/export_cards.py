"""What a run keeps of its exports: their cards, and a table of sizes."""

import pandas as pd

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.store.schemas import ExportCard, checked

BATCHES = ("1", "256")
# Cores in use by other programs from which on a latency says more of them than of the network.
BUSY = 0.2


def keep_card(paths, name, card):
    """Keeps an export's card in the run, for its report.

    One of the same name and network is replaced. If the name has another network's card, as of two
    exports into folders of one name, this one is NAME-2, NAME-3, …
    """
    path, number = paths.exports / f"{name}.json", 1
    while _is_of_another(path, card):
        number += 1
        path = paths.exports / f"{name}-{number}.json"
    files.write_sealed_json(path, checked(ExportCard, card, path))


def _is_of_another(path, card):
    if not opening.is_file(path):
        return False
    try:
        there = read_card(path)
    except RunError:
        return False  # A damaged card is made again.
    return any(there["provenance"][part] != card["provenance"][part] for part in ("trial", "unit"))


def was_busy(timing):
    """Whether the machine was busy, or may have been, while a card's networks were timed."""
    return timing["others"] is None or timing["others"] > BUSY


def kept_cards(paths):
    """The cards kept in a run, by name.

    Raises:
      RunError: one of them is damaged, or has no seal.
    """
    return [read_card(path) for path in card_files(paths)]


def card_files(paths):
    """Where a run's cards are, by name."""
    return [paths.exports / name for name in opening.entries(paths.exports)
            if name.endswith(".json")]


def read_card(path):
    """One kept card.

    Raises:
      RunError: it is damaged, or has no seal.
    """
    try:
        return checked(ExportCard, files.read_sealed_json(path), path)
    except RunError as error:
        raise RunError(
            f"{error}; export the network again, or move the card out of the run"
        ) from error


def count(number):
    """'1,234'; '-' where nothing was counted, as for a bare ticket."""
    return "-" if number is None or number != number else f"{int(number):,}"


def size_table(cards):
    """Sizes and latencies of exports, a row for each export and format.

    Args:
      cards: contents of card.json files.

    Returns:
      A DataFrame; bytes, and milliseconds a call; 'of_dense' is the share of the dense network's.
    """
    rows = []
    for card in cards:
        for name, entry in card["formats"].items():
            row = {
                "network": card["title"], "format": name, "bytes": entry["bytes"],
                "bytes_gzipped": entry["bytes_gzipped"], "density": card["totals"]["density"],
                "parameters": card["totals"]["parameters"], "flops": card["totals"]["flops"],
                "effective_flops": card["totals"]["effective_flops"],
            }
            dense = entry.get("dense")
            if dense:
                row["bytes_of_dense"] = entry["bytes"] / dense["bytes"]
                row["gzipped_of_dense"] = entry["bytes_gzipped"] / dense["bytes_gzipped"]
                for batch in BATCHES:
                    row[f"ms_batch_{batch}"] = 1e3 * entry["seconds"][batch]
                    row[f"dense_ms_batch_{batch}"] = 1e3 * dense["seconds"][batch]
            rows.append(row)
    return pd.DataFrame(rows)
