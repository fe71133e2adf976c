"""The table of early stopping by density, from a run's summary: step and test accuracy there."""

import math

from bench.documents.network_table import by_name, entry_of, interval, number


def cells(summary, networks):
    """[header, row, …] of texts: a row for each round, two columns for each variant.

    Args:
      summary: [header, row, …] of a summary.csv, as texts.
      networks: 'VARIANT VARIANT … @ ROUND ROUND …'; a variant without rounds, such as `full`, has a
        row of its own.

    Raises:
      ValueError: the summary has no such network.
    """
    found = by_name(summary)
    variants, _, rounds = networks.partition(" @ ")
    variants = variants.split()
    single = [name for name in variants if name in found]
    several = [name for name in variants if name not in found]
    header = ["weights kept", *(f"{name} stops at" for name in several),
              *(f"{name}, test %" for name in several)]
    rows = [[f"100 % (`{name}`)", *_cells([found[name]], len(several))] for name in single]
    for round in map(int, rounds.split()):
        entries = [entry_of(found, f"{name}@{round:02d}") for name in several]
        kept = 100 * number(entries[0]["density"])
        rows.append([f"{kept:.3g} %", *_cells(entries, len(several))])
    return [header, *rows]


def _cells(entries, count):
    empty = [""] * (count - len(entries))
    return [*(_steps(entry) for entry in entries), *empty,
            *(interval(entry, "test_accuracy_at_early_stop", 2) for entry in entries), *empty]


def _steps(entry):
    value, low, high = (number(entry[f"early_stop_step_{each}"])
                        for each in ("mean", "ci_low", "ci_high"))
    text = f"{value:,.0f}"
    # A step below 0 is none: with few trials the interval reaches there.
    return text if math.isnan(low) else f"{text} [{max(low, 0):,.0f}, {high:,.0f}]"
