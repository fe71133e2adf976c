"""Tables: labels as text and as numbers, folders of splits, chosen columns; damaged files."""

import gzip
import zipfile

import numpy as np
import pytest

from lth_keras.data import Dataset
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import Regression
from tests.data import own_data


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_whose_label_is_text(tmp_path, kind):
    table = own_data.table()
    path = tmp_path / f"pets.{kind}"
    table.to_csv(path, index=False) if kind == "csv" else table.to_parquet(path)
    data = own_data.from_both_storages(f"{kind}:{path}", label="species", test=0.2, validation=0.25)
    assert data.label_names == own_data.CLASSES and data.images.shape == (30, 3)
    assert [data.size(split) for split in data.splits] == [18, 6, 6]
    rows = {tuple(row): label for row, label in zip(
        table[["width", "height", "young"]].to_numpy(np.float32).tolist(), table["species"],
        strict=True)}
    for row, label in zip(data.images.tolist(), data.labels, strict=True):
        assert rows[tuple(row)] == own_data.CLASSES[label]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_of_a_table_says_what_each_row_counts_for(tmp_path, kind):
    table = own_data.table()
    table["times"] = np.arange(30) % 5
    path = tmp_path / f"pets.{kind}"
    table.to_csv(path, index=False) if kind == "csv" else table.to_parquet(path)
    data = own_data.from_both_storages(
        f"{kind}:{path}", label="species", weight="times", test=0.2, validation=0.25)
    assert data.images.shape == (30, 3)  # The weight is no input.
    times = {np.float32(row["width"]): row["times"] for _, row in table.iterrows()}
    assert data.weights.tolist() == [times[width] for width in data.images[:, 0]]
    plain = Dataset(f"{kind}:{path}", label="species", input=("width", "height", "young"),
                    test=0.2, validation=0.25).load()
    assert np.array_equal(plain.images, data.images) and plain.weights is None
    assert plain.fingerprint != data.fingerprint
    # In the cache the two are two sets, although their inputs are the same.
    disk = Dataset(f"{kind}:{path}", label="species", weight="times", test=0.2, validation=0.25,
                   storage="disk").load()
    assert np.array_equal(disk.weights, data.weights)


def test_a_folder_of_tables_and_chosen_columns(tmp_path):
    for split, rows in (("train", 30), ("validation", 6), ("test", 9)):
        own_data.table(rows, seed=rows).to_csv(tmp_path / f"{split}.csv", index=False)
    data = own_data.from_both_storages(
        f"csv:{tmp_path}", label="species", input=("height", "width"))
    assert data.splits == {"train": (0, 30), "validation": (30, 36), "test": (36, 45)}
    assert np.array_equal(data.images[30:36, 0], own_data.table(6, seed=6)["height"])
    weighted = own_data.from_both_storages(f"csv:{tmp_path}", label="species", weight="height")
    assert np.array_equal(weighted.weights[30:36], own_data.table(6, seed=6)["height"])


def test_labels_that_are_numbers_stay_numbers_for_a_regression(tmp_path):
    table = own_data.table().drop(columns="species")
    table.to_csv(tmp_path / "pets.csv", index=False)
    data = Dataset(f"csv:{tmp_path}/pets.csv", label="width", test=0.2).load(task=Regression())
    assert data.images.shape == (30, 2) and data.label_names is None
    assert sorted(data.labels.ravel().tolist()) == sorted(
        table["width"].astype(np.float32).tolist())


def refused(name, task=None, **bindings):
    """The one line with which the data are refused."""
    with pytest.raises(ConfigurationError) as error:
        Dataset(name, **bindings).load(task=task)
    line = str(error.value).split("\n  In call to configurable")[0]
    assert "\n" not in line and len(line) <= 300
    return line


@pytest.mark.parametrize("value", ["unknown", "5,049.8"])
@pytest.mark.parametrize("storage", ["memory", "disk"])
def test_a_regression_learns_no_places_in_the_alphabet(tmp_path, value, storage):
    table = own_data.table().drop(columns="species").astype({"width": object})
    table.loc[6, "width"] = value
    table.to_csv(tmp_path / "pets.csv", index=False)
    bindings = {"label": "width", "test": 0.2, "storage": storage}
    line = refused(f"csv:{tmp_path}/pets.csv", Regression(), **bindings)
    assert f"first {value!r} in line 8 of the file pets.csv" in line and "'width'" in line
    # Also where the cache has them as classes already.
    Dataset(f"csv:{tmp_path}/pets.csv", **{**bindings, "test": 1}).load()
    assert refused(f"csv:{tmp_path}/pets.csv", Regression(), **bindings) == line


@pytest.mark.parametrize("train, test, words", [
    ("0 1 2", "0 1 ?", "numbers in the training rows and text in the test rows; the text is "
                       "first '?' in line 4 of the file test.csv"),
    ("a b", "0 1", "text in the training rows and numbers in the test rows; the text is such as "
                   "'a'"),
])
def test_labels_are_of_one_kind_in_all_splits(tmp_path, train, test, words):
    for split, labels in (("train", train), ("test", test)):
        rows = [f"{row},{label}" for row, label in enumerate(labels.split())]
        (tmp_path / f"{split}.csv").write_text("\n".join(["x,y", *rows]))
    assert words in refused(f"csv:{tmp_path}", label="y")


def test_damaged_files_are_refused(tmp_path):
    table = own_data.table()
    packed = gzip.compress(table.to_csv(index=False).encode())
    whole = tmp_path / "whole.parquet"
    table.to_parquet(whole)
    broken = bytearray(packed)
    broken[20:40] = bytes(20)
    for name, content in (
            ("cut.csv.gz", packed[:-40]), ("broken.csv.gz", bytes(broken)),
            ("none.zip", b"PK\3\4 nothing"), ("cut.parquet", whole.read_bytes()[:-300])):
        (tmp_path / name).write_bytes(content)
        kind = "parquet" if name.endswith("parquet") else "csv"
        line = refused(f"{kind}:{tmp_path / name}", label="species", test=0.2)
        assert f"{kind}:{name}" in line and "cannot be read by pandas" in line
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    assert "cannot be read" in refused(f"csv:{tmp_path}/empty.zip", label="species", test=0.2)


@pytest.mark.parametrize("text, place", [
    ("x,y\n1,0\n,1\n", "line 3 of the file t.csv"),
    ("x,y\n\n1,0\n\n,1\n", "line 5 of the file t.csv"),  # Empty lines are left out.
    ('x,y\n1,"a\nb"\n,c\n', "row 2"),  # A cell of two lines: lines say nothing of rows.
])
def test_a_value_that_lacks_is_at_the_line_that_an_editor_shows(tmp_path, text, place):
    (tmp_path / "t.csv").write_text(text)
    assert f"first in {place}; expected" in refused(f"csv:{tmp_path}/t.csv", label="y")
