"""The table of instability analysis, from the summary.csv of the measure `RewindSearch`."""

import math

from bench.documents.csv_rows import entries_of
from bench.documents.measure_table import interval_text
from bench.documents.network_table import number

HEADER = ["networks", "rewind point", "error barrier, points", "highest of the pairs",
          "loss barrier", "verdict"]


def cells(summary, networks):
    """[header, row, …] of texts, a row for each group of networks and each rewind point tried.

    Barriers are means over initialisations with their 95 % interval, over all pairs of data orders.

    Args:
      summary: [header, row, …] of the summary.csv, as texts.
      networks: the groups in their order, such as 'dense ticket@10'.

    Raises:
      ValueError: the summary has no such group.
    """
    entries = entries_of(summary)
    groups = list(dict.fromkeys(entry["group"] for entry in entries))
    missing = [name for name in networks.split() if name not in groups]
    if missing:
        raise ValueError(f"the summary has no group {missing[0]!r}; it has {', '.join(groups)}")
    return [HEADER, *(_row(entry) for name in networks.split()
                      for entry in entries if entry["group"] == name)]


def _row(entry):
    *barrier, highest = (100 * number(entry[column])
                         for column in ("error_barrier", "ci_low", "ci_high", "highest"))
    return [f"`{entry['group']}`", entry["rewind"], interval_text(barrier, ".2f"),
            f"{interval_text([highest, math.nan], '.2f')} of {entry['pairs']}",
            f"{float(entry['loss_barrier']):.4f}",
            "stable" if entry["stable"] == "True" else "not stable"]
