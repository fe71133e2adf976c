"""The table of Hessian eigenvalues at two points of each level, from the measure's summary.csv."""

import math
import statistics

from bench.documents.csv_rows import entries_of
from bench.documents.network_table import signed
from lth_keras.statistics.intervals import mean_interval

HEADER = ["levels", "largest eigenvalue, new over projected", "smaller at the new minimum",
          "log-volume, new less projected", "larger at the new minimum", "eigenvalues a spectrum",
          "found complete"]


def cells(summary, networks):
    """[header, row, …] of texts: a row for each range of levels, such as '1-10 1-4 5-10'.

    The ratio of the largest eigenvalues is the geometric mean over the range's levels in each
    trial, then over trials, with its 95 % interval by Student's t of the logarithms. The log-volume
    is −½ Σ ln λ of the leading eigenvalues; its difference is the mean over levels and trials. A
    spectrum is complete where a search beside its eigenvectors found none that was skipped.

    Raises:
      ValueError: the summary has no pair of points at one of these levels in one of its trials.
    """
    entries = [each for each in entries_of(summary) if each["end"] == "positive"]
    pairs = {}
    for each in entries:
        point = "projected" if "|" in each["network"] else "new"
        level = int(each["network"].rpartition("_")[2])
        pairs.setdefault((int(each["trial"]), level), {})[point] = each
    return [HEADER, *(_row(pairs, *map(int, each.split("-"))) for each in networks.split())]


def _row(pairs, first, last):
    chosen = {place: each for place, each in pairs.items() if first <= place[1] <= last}
    missing = [(trial, level) for trial in sorted({trial for trial, _ in pairs})
               for level in range(first, last + 1) if len(pairs.get((trial, level), ())) != 2]
    if missing:
        trial, level = missing[0]
        raise ValueError(f"the summary has no pair of points at level {level} of trial {trial}; "
                         f"expected one at each of the levels {first} to {last} in each trial")
    ratios = _by_trial(chosen, lambda new, old: math.log(
        float(new["most_extreme"]) / float(old["most_extreme"])))
    volumes = _by_trial(chosen, lambda new, old: float(new["log_volume"]) - float(
        old["log_volume"]))
    spectra = [point for each in chosen.values() for point in each.values()]
    counts = sorted({int(float(point["count"])) for point in spectra})
    whole = sum(point["complete"] == point["count"] for point in spectra)
    return [f"{first} to {last}", _interval(ratios, lambda each: f"{math.exp(each):.2f}"),
            _share(ratios, lambda each: each < 0), _interval(volumes, signed),
            _share(volumes, lambda each: each > 0),
            " to ".join(dict.fromkeys(map(str, (counts[0], counts[-1])))),
            f"{whole} of {len(spectra)}"]


def _by_trial(pairs, number):
    """{trial: [number of each level]} of the pairs."""
    found = {}
    for (trial, _), each in pairs.items():
        found.setdefault(trial, []).append(number(each["new"], each["projected"]))
    return found


def _share(by_trial, asked):
    numbers = [each for levels in by_trial.values() for each in levels]
    return f"{sum(map(asked, numbers))} of {len(numbers)}"


def _interval(by_trial, text):
    mean, low, high = mean_interval([statistics.fmean(each) for each in by_trial.values()])
    ends = "" if math.isnan(low) else f" [{text(low)}, {text(high)}]"
    return f"{text(mean)}{ends}"
