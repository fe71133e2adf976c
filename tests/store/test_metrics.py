"""Rows and their CSV: literal bytes, exact reading, refused input."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.store.metrics import COLUMNS, concatenate, read_csv, read_rows, rows_to_csv
from tests.finished_networks import finish
from tests.statistics.accuracy_rows import accuracy_row, table_fields

HEADER = (
    "trial,variant,round,density,step,epoch,train_loss,train_accuracy,"
    "val_loss,val_accuracy,test_loss,test_accuracy\n"
)


ROWS = [
    accuracy_row(1, "full", 0, 1.0, 0, 0),
    accuracy_row(1, "ticket", 6, 0.262, 450, 1.5, 0.125, 0.5, None, None, 1e-05, 0.98),
    accuracy_row(
        np.int64(2), "imp", np.int32(1), np.float64(0.8), np.int64(900), 2.0,
        np.float32(0.1), np.float32(0.9784), np.float64(0.1) + np.float64(0.2), 1, math.inf, 0,
    ),
]


CSV = HEADER + (
    "1,full,0,1,0,0,,,,,,\n"
    "1,ticket,6,0.262,450,1.5,0.125,0.5,,,1e-05,0.98\n"
    "2,imp,1,0.8,900,2,0.1,0.9784,0.30000000000000004,1,inf,0\n"
)


def test_bytes_are_these():
    assert rows_to_csv(ROWS) == CSV
    assert rows_to_csv([]) == HEADER
    assert ",".join(COLUMNS) + "\n" == HEADER


def test_read_back(tmp_path):
    (tmp_path / "metrics.csv").write_text(CSV)
    frame = read_csv(tmp_path / "metrics.csv")
    assert tuple(frame.columns) == COLUMNS
    assert all(frame[name].dtype == "int64" for name in ("trial", "round", "step"))
    assert all(frame[name].dtype == "float64" for name in COLUMNS[5:] + ("density",))
    for row, (_, read) in zip(ROWS, frame.iterrows()):
        for name, value in zip(COLUMNS, table_fields(row), strict=True):
            assert pd.isna(read[name]) if value is None else read[name] == value


@settings(deadline=None)
@given(
    st.floats(0, allow_infinity=False), st.floats(0, 1, width=32).map(np.float32),
    st.floats(0, 1e6),
)
def test_every_number_survives(tmp_path_factory, loss, accuracy, epoch):
    path = tmp_path_factory.mktemp("metrics") / "metrics.csv"
    row = accuracy_row(1, "imp", 0, 1.0, 5, epoch, loss, accuracy, np.float32(loss / 1e300))
    path.write_text(rows_to_csv([row]))
    read = read_csv(path).iloc[0]
    assert (read["train_loss"], read["train_accuracy"]) == (loss, row.values["train_accuracy"])
    assert np.float32(read["train_accuracy"]) == accuracy
    assert np.float32(read["val_loss"]) == np.float32(loss / 1e300)
    assert read["epoch"] == epoch


def test_a_variant_named_like_a_missing_value_stays_a_name(tmp_path):
    (tmp_path / "m.csv").write_text(rows_to_csv([accuracy_row(1, "nan", 0, 1.0, 0, 0)]))
    assert read_csv(tmp_path / "m.csv")["variant"].tolist() == ["nan"]


def test_a_loss_that_is_not_a_number_is_recorded_as_infinite():
    row = accuracy_row(1, "imp", 0, 1.0, 0, 0, train_loss=np.float32("nan"))
    assert row.values["train_loss"] == math.inf
    assert rows_to_csv([row]).endswith("1,imp,0,1,0,0,inf,,,,,\n")


@pytest.mark.parametrize("accuracy", [97.0, -0.1, math.inf])
def test_an_accuracy_is_a_share(accuracy):
    with pytest.raises(ValueError, match="test_accuracy is"):
        accuracy_row(1, "imp", 0, 1.0, 0, 0, test_accuracy=accuracy)


@pytest.mark.parametrize("variant", ["", "a,b", "a\nb", 'a"b'])
def test_a_variant_cannot_break_a_line(variant):
    with pytest.raises(ValueError, match="variant"):
        accuracy_row(1, variant, 0, 1.0, 0, 0)


def stored(tmp_path, name, text):
    """A finished network's folder with these evaluations."""
    files.write_text(tmp_path / "trial_01" / name / "metrics.csv", text)
    return finish(tmp_path / "trial_01" / name)


def test_concatenation_copies_lines_in_order(tmp_path):
    # Digits that no float would be written with show that no number is read.
    texts = [HEADER + "1,imp,0,1.000,0,0,0.10000000000000000001,,,,,\n", HEADER, CSV]
    concatenate([stored(tmp_path, f"variant{index}", text) for index, text in enumerate(texts)],
                tmp_path / "all.csv")
    expected = HEADER + "".join(text.removeprefix(HEADER) for text in texts)
    assert (tmp_path / "all.csv").read_bytes() == expected.encode()
    concatenate([], tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text() == HEADER


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEADER + "1,imp,0,1,0", None])
def test_another_file_is_refused(tmp_path, text):
    folder = stored(tmp_path, "full", text or "")
    if text is None:
        (folder / "metrics.csv").unlink()
    for use in (lambda folder: read_csv(folder / "metrics.csv"), read_rows,
                lambda folder: concatenate([folder], tmp_path / "all.csv")):
        with pytest.raises(RunError, match="metrics.csv"):
            use(folder)
    assert not (tmp_path / "all.csv").exists()


def test_a_field_that_is_no_number_is_refused(tmp_path):
    (tmp_path / "m.csv").write_text(HEADER + "1,imp,0,1,x,0,,,,,,\n")
    with pytest.raises(RunError, match="m.csv"):
        read_csv(tmp_path / "m.csv")


def test_a_network_without_an_evaluation_is_refused(tmp_path):
    folder = tmp_path / "trial_01" / "full"
    files.write_text(folder / "metrics.csv", ",".join(COLUMNS) + "\n")
    with pytest.raises(RunError, match="has no evaluation"):
        read_rows(finish(folder))
