"""Made-up metrics of networks beside a full network, worked out by hand."""

import pandas as pd

from lth_keras.store.metrics import COLUMNS
from tests.statistics.accuracy_rows import accuracy_row, table_fields


def network(trial, variant, index, density, test, val):
    """Evaluations at steps 100, 200, …"""
    return [
        accuracy_row(trial, variant, index, density, 100 * i, i, 0.1, 0.9, loss, 0.9, 0.1, accuracy)
        for i, (accuracy, loss) in enumerate(zip(test, val, strict=True), start=1)
    ]


# Full stops at steps 400 and 200; the tickets sooner, later, or at another accuracy.
NETWORKS = [
    network(1, "full", 0, 1.0, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(2, "full", 0, 1.0, [0.5, 0.6, 0.7, 0.900], [4, 1, 2, 3]),
    network(1, "ticket", 1, 0.8, [0.5, 0.6, 0.7, 0.910], [1, 2, 3, 4]),
    network(2, "ticket", 1, 0.8, [0.5, 0.6, 0.7, 0.900], [2, 1, 3, 4]),
    network(1, "ticket", 2, 0.6, [0.5, 0.6, 0.7, 0.890], [4, 3, 2, 1]),
    network(2, "ticket", 2, 0.6, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(1, "ticket", 3, 0.4, [0.5, 0.6, 0.7, 0.899], [4, 3, 2, 1]),
    network(2, "ticket", 3, 0.4, [0.5, 0.6, 0.7, 0.897], [4, 3, 2, 1]),
    network(1, "random_reinit", 1, 0.8, [0.5, 0.6, 0.7, 0.8], [4, 3, 2, 1]),
    network(2, "random_reinit", 1, 0.8, [0.5, 0.6, 0.7, 0.801], [4, 3, 2, 1]),
    network(1, "same", 1, 0.9, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(2, "same", 1, 0.9, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(1, "same", 2, 0.7, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(2, "same", 2, 0.7, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(1, "shifted", 1, 0.6, [0.5, 0.6, 0.7, 0.800], [4, 3, 2, 1]),
    network(2, "shifted", 1, 0.6, [0.5, 0.6, 0.7, 0.800], [4, 3, 2, 1]),
]


def frame():
    return pd.DataFrame([table_fields(row) for rows in NETWORKS for row in rows],
                        columns=list(COLUMNS))
