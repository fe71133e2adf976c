"""The table of a run's networks as the documents show it, from the run's summary.csv."""

import math

HEADER = ["network", "weights kept", "trials", "test accuracy, %", "minus ticket, points",
          "minus full, points"]


def cells(summary, networks):
    """[header, row, …] of texts, a row for each network.

    Args:
      summary: [header, row, …] of a summary.csv, as texts.
      networks: names such as 'full', 'imp@03', 'ticket@05', in their order.

    Raises:
      ValueError: the summary has no such network.
    """
    by_name = _by_name(summary)
    return [HEADER, *(_row(name, _entry(by_name, name)) for name in networks)]


def by_density(summary, variants, rounds):
    """[header, row, …] of texts, a row for each variant and a column for each round.

    A cell has the test accuracy in percent and its 95 % interval over trials. The last column is
    the cost of a network's training at the first of the rounds, all that it was made from
    included, over the cost of training the dense network once.

    Args:
      summary: as for `cells`.
      variants: names such as 'full', 'ticket'; one without rounds stands in the first column.
      rounds: whole numbers.

    Raises:
      ValueError: the summary has no such network, or no costs.
    """
    found = _by_name(summary)
    densities = [_number(_entry(found, f"{variants[1]}@{each:02d}")["density"]) for each in rounds]
    rows = []
    for variant in variants:
        names = [variant] if variant in found else [f"{variant}@{each:02d}" for each in rounds]
        entries = [found.get(name) for name in names]
        if not any(entries):
            _entry(found, names[0])  # Says what is there.
        shown = [_interval(each, "test_accuracy_final_mean", "test_accuracy_final_ci")
                 if each else "" for each in entries]
        first = next(each for each in entries if each)
        cost = _number(first["training_flops_mean"]) / _number(
            _entry(found, "full")["training_flops_mean"])
        rows.append([f"`{variant}`", *shown, *[""] * (len(rounds) - len(shown)), f"{cost:.2f}"])
    return [["network", *(f"at {100 * each:.2g} %" for each in densities),
             f"cost at {100 * densities[0]:.2g} %, × dense"], *rows]


def _by_name(summary):
    header, *rows = summary
    found = {}
    for row in rows:
        entry = dict(zip(header, row, strict=True))
        name, round = entry["variant"], int(entry["round"])
        found[name if name != "imp" and not round else f"{name}@{round:02d}"] = entry
    return found


def _entry(by_name, name):
    if name not in by_name:
        raise ValueError(f"the summary has no network {name!r}; it has {', '.join(by_name)}")
    return by_name[name]


def _row(name, entry):
    return [f"`{name}`", f"{_number(entry['density']) * 100:.4g} %", entry["trials"],
            _interval(entry, "test_accuracy_final_mean", "test_accuracy_final_ci"),
            _difference(entry, "ticket"), _difference(entry, "full")]


def _interval(entry, mean, ends):
    value, low, high = (100 * _number(entry[each]) for each in (
        mean, f"{ends}_low", f"{ends}_high"))
    if math.isnan(value):
        return "–"
    return f"{value:.1f}" + ("" if math.isnan(low) else f" [{low:.1f}, {high:.1f}]")


def _difference(entry, other):
    value, low, high = (100 * _number(entry[f"diff_vs_{other}{end}"]) for end in (
        "", "_ci_low", "_ci_high"))
    if math.isnan(value):
        return ""
    text = f"{_signed(value)}"
    if math.isnan(low):
        return text
    p_value = _number(entry[f"diff_vs_{other}_p"])
    digits = 2 if p_value >= 0.1 else 3
    return f"{text} [{_signed(low)}, {_signed(high)}], p = {p_value:.{digits}f}"


def _signed(value):
    return f"{value:+.1f}".replace("-", "−")


def _number(text):
    return float(text) if text else math.nan
