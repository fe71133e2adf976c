"""The table of Hessian eigenvalues at two points of each level, from the measure's summary.csv."""

from bench.documents.csv_rows import entries_of

HEADER = ["levels", "largest eigenvalue smaller at the new minimum",
          "product of the leading ones smaller", "eigenvalues a spectrum", "found complete"]


def cells(summary, networks):
    """[header, row, …] of texts: a row for each range of levels, such as '1-4 5-10'.

    A spectrum is complete where a search beside its eigenvectors found none that was skipped.

    Raises:
      ValueError: the summary has no pair of points at these levels.
    """
    entries = [each for each in entries_of(summary) if each["end"] == "positive"]
    pairs = {}
    for each in entries:
        point = "projected" if "|" in each["network"] else "new"
        level = int(each["network"].rpartition("_")[2])
        pairs.setdefault((int(each["trial"]), level), {})[point] = each
    return [HEADER, *(_row(pairs, *map(int, each.split("-"))) for each in networks.split())]


def _row(pairs, first, last):
    chosen = [each for (_, level), each in pairs.items() if first <= level <= last]
    if not chosen or any(len(each) != 2 for each in chosen):
        raise ValueError(f"the summary has no pairs of points at levels {first} to {last}")
    flatter = _count(chosen, lambda new, old: new["most_extreme"] < old["most_extreme"])
    # The log-volume is −½ Σ ln λ: the smaller product has the larger one.
    smaller = _count(chosen, lambda new, old: new["log_volume"] > old["log_volume"])
    spectra = [point for each in chosen for point in each.values()]
    counts = sorted({int(float(point["count"])) for point in spectra})
    whole = sum(point["complete"] == point["count"] for point in spectra)
    return [f"{first} to {last}", f"{flatter} of {len(chosen)}", f"{smaller} of {len(chosen)}",
            " to ".join(dict.fromkeys(map(str, (counts[0], counts[-1])))),
            f"{whole} of {len(spectra)}"]


def _count(pairs, flatter):
    def numbers(entry):
        return {key: float(entry[key]) for key in ("most_extreme", "log_volume")}

    return sum(flatter(numbers(each["new"]), numbers(each["projected"])) for each in pairs)
