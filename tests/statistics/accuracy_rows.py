"""Rows of a classification's metrics.csv, written in one line."""

from lth_keras.store.metrics import COLUMNS, MetricsRow


def accuracy_row(trial, variant, index, density, step, epoch, *values, **named):
    """A `MetricsRow` of losses and accuracies, in the order of their columns or by name."""
    names = COLUMNS[6:]
    return MetricsRow(trial, variant, index, density, step, epoch,
                      dict(zip(names, values)) | named)


def table_fields(row):
    """A row's fields, flat, as a table has them."""
    place = (row.trial, row.variant, row.round, row.density, row.step, row.epoch)
    return (*place, *(row.values.get(name) for name in COLUMNS[6:]))
