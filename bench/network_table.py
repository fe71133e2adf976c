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
    header, *rows = summary
    by_name = {}
    for row in rows:
        entry = dict(zip(header, row, strict=True))
        name, round = entry["variant"], int(entry["round"])
        by_name[name if name != "imp" and not round else f"{name}@{round:02d}"] = entry
    missing = [name for name in networks if name not in by_name]
    if missing:
        raise ValueError(f"the summary has no network {missing[0]!r}; it has "
                         f"{', '.join(by_name)}")
    return [HEADER, *(_row(name, by_name[name]) for name in networks)]


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
