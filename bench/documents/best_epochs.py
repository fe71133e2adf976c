"""The table beside a paper's figures: the best mean over trials after any epoch, its interval.

What is stored is not the mean but each trial's value at that epoch, so that the interval can be
computed again.
"""

import math
import re

import pandas as pd

from bench.documents.csv_rows import entries_of, rows_of
from bench.documents.network_table import name_of, signed
from lth_keras.paths import RunPaths
from lth_keras.statistics.intervals import mean_interval
from lth_keras.statistics.summary import summarise, without_diverged
from lth_keras.store import network_folder

HEADER = ["network", "printed", "corrected", "ours @ epoch", "difference in points, verdict",
          "loss printed", "loss ours", "ratio", "test accuracy at the lowest validation loss"]
STORED = ["variant", "round", "trial", "accuracy_epoch", "test_accuracy", "loss_epoch",
          "train_loss", "test_accuracy_at_lowest_val_loss"]
PUBLISHED = ["variant", "round", "metric", "value", "tolerance", "source"]
ACCURACY, LOSS = "max_mean_test_accuracy", "min_mean_train_loss"
NONE = "–"


def taken(run):
    """{suffix: [header, row, …]} of a run: networks at their best epochs; published figures."""
    metrics = without_diverged(pd.read_csv(run / "metrics.csv"))
    rows = [STORED]
    for row in summarise(metrics).itertuples():
        network = metrics[(metrics["variant"] == row.variant) & (metrics["round"] == row.round)]
        rows += _trials(row, network)
    published = [
        [each["variant"], str(each["round"]), each["metric"], repr(each["value"]),
         repr(each["tolerance"]) if each["tolerance"] is not None else "", each["source"]]
        for each in network_folder.header(RunPaths(run))["published"]]
    return {"": rows, "_published": [PUBLISHED, *published]}


def _trials(row, network):
    best = {"test_accuracy": getattr(row, f"{ACCURACY}_epoch"),
            "train_loss": getattr(row, f"{LOSS}_epoch")}
    for trial, evaluated in network.groupby("trial"):
        at = {column: evaluated.loc[evaluated["epoch"] == epoch, column].iloc[0]
              for column, epoch in best.items()}
        stopped = ""
        if evaluated["val_loss"].notna().any():
            stopped = repr(float(evaluated.loc[evaluated["val_loss"].idxmin(), "test_accuracy"]))
        yield [row.variant, str(row.round), str(trial),
               f"{best['test_accuracy']:g}", repr(float(at["test_accuracy"])),
               f"{best['train_loss']:g}", repr(float(at["train_loss"])), stopped]


def cells(docs, entry):
    """[header, row, …] of texts, a row for each network that `networks` of the entry names.

    Accuracies are in percent, losses × 1000; ± is half the width of the 95 % interval over trials.

    Raises:
      ValueError: the CSV has no such network.
    """
    data = docs / "data"
    found = {}
    for row in entries_of(rows_of(data / f"{entry['table']}.csv")):
        found.setdefault(name_of(row), []).append(row)
    published = {(name_of(row), row["metric"]): row
                 for row in entries_of(rows_of(data / f"{entry['table']}_published.csv"))}
    missing = [name for name in entry["networks"].split() if name not in found]
    if missing:
        raise ValueError(f"{entry['table']}.csv has no network {missing[0]!r}; it has "
                         f"{', '.join(found)}")
    rows = [HEADER, *(
        [f"`{name}`", *_accuracy(found[name], published.get((_printed(name), ACCURACY))),
         *_loss(found[name], published.get((_printed(name), LOSS))),
         _plus_minus(found[name], "test_accuracy_at_lowest_val_loss", 100)]
        for name in entry["networks"].split())]
    if all(row[-1] == NONE for row in rows[1:]):  # Nothing was held out.
        rows = [row[:-1] for row in rows]
    return rows


def _printed(name):
    """The network that the paper prints: it has one figure, whichever D_n the weights are of."""
    return name.replace("_trained", "")


def _accuracy(trials, published):
    ours = f"{_plus_minus(trials, 'test_accuracy', 100)} @ {trials[0]['accuracy_epoch']}"
    if published is None:
        return NONE, NONE, ours, NONE
    printed = re.search(r"printed ([\d.]+) %", published["source"])
    value, tolerance = float(published["value"]), float(published["tolerance"])
    difference = mean_interval(_values(trials, "test_accuracy"))[0] - value
    # A difference equal to the tolerance agrees, as in a run's report.
    word = "within" if abs(difference) <= tolerance + 1e-12 else "not within"
    return (printed[1] if printed else NONE, f"{100 * value:.2f}", ours,
            # Adding 0 makes −0 a 0.
            f"{signed(round(100 * difference, 2) + 0, 2)}, {word} {100 * tolerance:g}")


def _loss(trials, published):
    ours = _plus_minus(trials, "train_loss", 1000)
    if published is None:
        return NONE, ours, NONE
    value = float(published["value"])
    ratio = mean_interval(_values(trials, "train_loss"))[0] / value
    return f"{1000 * value:.2f}", ours, f"×{ratio:.2f}"


def _values(trials, column):
    return [float(row[column]) for row in trials if row[column]]


def _plus_minus(trials, column, scale):
    mean, low, high = (scale * value for value in mean_interval(_values(trials, column)))
    if math.isnan(mean):
        return NONE
    half = "" if math.isnan(low) else f" ± {(high - low) / 2:.2f}"
    return f"{mean:.2f}{half}"
