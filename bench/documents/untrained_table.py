"""The table of masks on weights that were never trained, from the measure's summary.csv."""

from bench.documents.csv_rows import entries_of
from bench.documents.measure_table import interval_text
from bench.documents.network_table import number

NAMES = {
    "WeightedMagnitudes(final=1, initial=0)": "large final",
    "WeightedMagnitudes(final=-1, initial=0)": "small final",
    "WeightedMagnitudes(final=0, initial=1)": "large initial",
    "WeightedMagnitudes(final=0, initial=-1)": "small initial",
    "WeightedMagnitudes(final=1, initial=-1)": "magnitude increase",
    "JointMagnitude(keep='large', alpha=1.0)": "large initial and large final",
    "JointMagnitude(keep='small', alpha=1.0)": "small initial and small final",
    "Movement()": "movement",
    "SignedMagnitude(sign='same')": "large final, same sign",
    "SignedMagnitude(sign='different')": "large final, different sign",
    "Random()": "random",
}


def cells(summary, networks):
    """[header, row, …] of texts: a row for each criterion, a column for each density.

    Args:
      summary: [header, row, …] of the summary.csv of `UntrainedMasks`, as texts.
      networks: which weights, what becomes of the pruned ones, and at which levels, such as
        'constant zero @ 1 7 10'.

    Raises:
      ValueError: the summary has no such rows.
    """
    kind, _, wanted = networks.partition(" @ ")
    weights, pruned = kind.split()
    chosen = [each for each in entries_of(summary)
              if (each["weights"], each["pruned"]) == (weights, pruned)
              and each["level"] in wanted.split()]
    if {each["level"] for each in chosen} != set(wanted.split()) or not chosen:
        raise ValueError(f"the summary has no rows of {weights!r} weights with pruned ones at "
                         f"{pruned!r} at one of the levels {wanted}")
    levels = {each["level"]: float(each["density"]) for each in chosen}
    table = {}
    for each in chosen:
        numbers = [100 * number(each[f"test_accuracy{end}"])
                   for end in ("", "_ci_low", "_ci_high")]
        table.setdefault(each["criterion"], {})[each["level"]] = interval_text(numbers, ".1f")
    return [["the mask keeps", *(f"at {100 * density:.2g} %" for density in levels.values())],
            *([NAMES.get(criterion, criterion), *(row.get(level, "") for level in levels)]
              for criterion, row in table.items())]
