"""Reading numbers off a report's page, and computing them again."""

import re

import numpy as np
from scipy import stats

from lth_keras.paths import RunPaths
from tests.finished_networks import revouch

PUBLISHED = (
    {"variant": "ticket", "round": 2, "metric": "max_mean_test_accuracy", "value": 0.92,
     "source": "made up", "tolerance": 0.05, "tolerance_ratio": None},
    {"variant": "full", "round": 0, "metric": "min_mean_train_loss", "value": 0.001,
     "source": "made up", "tolerance": None, "tolerance_ratio": 3.0},
)


def page_of(root):
    return (root / "report.html").read_text("utf-8")


def cells_of(page, key):
    """[[cell]] of the body of the table `key` of a page."""
    body = re.search(rf'<h3 id="{key}">.*?<tbody>(.*?)</tbody>', page, re.S).group(1)
    rows = re.findall(r"<tr>(.*?)</tr>", body)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in rows]


def last_accuracy(root, trial, name, accuracy):
    """Makes `accuracy` the final test accuracy of a stored network."""
    path = RunPaths(root).network(trial, name) / "metrics.csv"
    path.write_text(re.sub(r",[0-9.]+\n$", f",{accuracy}\n", path.read_text("utf-8")))
    revouch(path.parent)


def numbers(text):
    text = text.replace("−", "-").replace("&lt;", "")
    return [float(each) for each in re.findall(r"[-+]?\d+\.?\d*(?:e-?\d+)?", text)]


def t_interval(values):
    values = np.asarray(values, float)
    if np.ptp(values) == 0:
        return (values[0],) * 3
    mean, error = values.mean(), stats.sem(values)
    return (mean, *stats.t.interval(0.95, len(values) - 1, mean, error))
