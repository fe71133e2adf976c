"""The table of a run's networks as the documents show it, from the run's summary.csv."""

import math
import statistics

from bench.documents.csv_rows import entries_of
from lth_keras.statistics.comparisons import SIGNIFICANCE, holm

CLEAR = "**"  # Around a difference that is clear after Holm's correction.
NARROW = 0.5  # Half an interval, in points: below it two decimals say more than one.
COMPARED = {"ticket": "minus ticket, points", "full": "minus full, points"}
HEADER = ["network", "weights kept", "trials", "test accuracy, %", *COMPARED.values()]


def cells(summary, networks):
    """[header, row, …] of texts, a row for each network.

    A difference is bold where p is below 0.05 after Holm's correction over the rows shown. There
    are two decimals where most intervals of the accuracies are narrower than a point.

    Args:
      summary: [header, row, …] of a summary.csv, as texts.
      networks: names in their order, such as 'full imp@03 ticket@05'.

    Raises:
      ValueError: the summary has no such network.
    """
    found = by_name(summary)
    shown = {name: entry_of(found, name) for name in networks.split()}
    digits = digits_for((number(each["test_accuracy_final_ci_low"]),
                         number(each["test_accuracy_final_ci_high"])) for each in shown.values())
    differences = [_differences(shown.values(), other, digits) for other in COMPARED]
    return [HEADER, *(
        [f"`{name}`", f"{number(entry['density']) * 100:.4g} %", entry["trials"],
         interval(entry, "test_accuracy_final", digits), *cells]
        for (name, entry), *cells in zip(shown.items(), *differences, strict=True))]


def clear_cells(summary, networks):
    """{(row, column)} of the differences that Holm's correction over the whole table leaves clear.

    Args:
      summary, networks: as for `cells`.
    """
    found = by_name(summary)
    return clear_places({
        (f"`{name}`", column): number(entry_of(found, name)[f"diff_vs_{other}_p"])
        for name in networks.split() for other, column in COMPARED.items()})


def by_density(summary, networks):
    """[header, row, …] of texts, a row for each variant and a column for each round.

    A cell has the test accuracy in percent and its 95 % interval over trials. The last column is
    the cost of a network's training at the first of the rounds, all that it was made from
    included, over the cost of training the dense network once.

    Args:
      summary: as for `cells`.
      networks: 'VARIANT VARIANT … @ ROUND ROUND …'; a variant without rounds, such as `full`,
        stands in the first column.

    Raises:
      ValueError: the summary has no such network, or no costs.
    """
    found = by_name(summary)
    variants, _, rounds = networks.partition(" @ ")
    variants, rounds = variants.split(), [int(each) for each in rounds.split()]
    densities = [number(entry_of(found, f"{variants[1]}@{each:02d}")["density"]) for each in rounds]
    rows = []
    for variant in variants:
        names = [variant] if variant in found else [f"{variant}@{each:02d}" for each in rounds]
        entries = [found.get(name) for name in names]
        if not any(entries):
            entry_of(found, names[0])  # Says what is there.
        shown = [interval(each, "test_accuracy_final") if each else "" for each in entries]
        first = next(each for each in entries if each)
        cost = number(first["training_flops_mean"]) / number(
            entry_of(found, "full")["training_flops_mean"])
        rows.append([f"`{variant}`", *shown, *[""] * (len(rounds) - len(shown)), f"{cost:.2f}"])
    return [["network", *(f"at {100 * each:.2g} %" for each in densities),
             f"cost at {100 * densities[0]:.2g} %, × dense"], *rows]


def by_name(summary):
    """{name: row as a dict} of a summary.csv's [header, row, …]."""
    return {name_of(entry): entry for entry in entries_of(summary)}


def name_of(entry):
    """A network's name, such as 'full', 'imp@00', 'ticket@10', of its row's variant and round."""
    name, round = entry["variant"], int(entry["round"])
    return name if name != "imp" and not round else f"{name}@{round:02d}"


def entry_of(found, name):
    """A network's row.

    Raises:
      ValueError: there is none; the message names those that there are.
    """
    if name not in found:
        raise ValueError(f"the summary has no network {name!r}; it has {', '.join(found)}")
    return found[name]


def digits_for(intervals):
    """Decimals of percents: two where most of the (low, high), as shares, are below a point."""
    halves = [50 * (high - low) for low, high in intervals if not math.isnan(high - low)]
    return 2 if halves and statistics.median(halves) < NARROW else 1


def interval(entry, stem, digits=1):
    """A share of the summary in percent with its 95 % interval, such as '97.8 [97.1, 98.5]'."""
    value, low, high = (100 * number(entry[f"{stem}_{each}"])
                        for each in ("mean", "ci_low", "ci_high"))
    if math.isnan(value):
        return "–"
    ends = "" if math.isnan(low) else f" [{low:.{digits}f}, {high:.{digits}f}]"
    return f"{value:.{digits}f}{ends}"


def marked(text, corrected):
    """A difference's text, bold where its p value after Holm's correction says that it is clear."""
    return f"{CLEAR}{text}{CLEAR}" if corrected < SIGNIFICANCE else text


def clear_places(p_values):
    """The places of {place: p} that are clear after Holm's correction over all of them."""
    corrected = holm(list(p_values.values()))
    return {place for place, each in zip(p_values, corrected, strict=True) if each < SIGNIFICANCE}


def _differences(entries, other, digits):
    corrected = holm([number(each[f"diff_vs_{other}_p"]) for each in entries])
    return [_difference(each, f"diff_vs_{other}", digits, p_value)
            for each, p_value in zip(entries, corrected, strict=True)]


def _difference(entry, stem, digits, corrected):
    value, low, high = (100 * number(entry[f"{stem}{end}"]) for end in ("", "_ci_low", "_ci_high"))
    if math.isnan(value):
        return ""
    text = signed(value, digits)
    if math.isnan(low):
        return text
    text = f"{text} [{signed(low, digits)}, {signed(high, digits)}]"
    p_value = number(entry[f"{stem}_p"])
    return f"{marked(text, corrected)}, p {p_text(p_value)}"


def p_text(p_value):
    """A p value as '= 0.012', on the side of 0.05 where it lies, or '< 0.001'."""
    if p_value < 0.001:
        return "< 0.001"
    if p_value < SIGNIFICANCE:
        return f"= {min(p_value, SIGNIFICANCE - 0.001):.3f}"
    return f"= {p_value:.{2 if p_value >= 0.1 else 3}f}"


def signed(value, digits=1):
    """A number with its sign, the minus as it is printed."""
    return f"{value:+.{digits}f}".replace("-", "−")


def number(text):
    """A cell of a CSV as a number; NaN where it is empty."""
    return float(text) if text else math.nan
