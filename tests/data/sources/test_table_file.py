"""Tables: labels as text and as numbers, folders of splits, chosen columns."""

import numpy as np
import pytest

from lth_keras.data import Dataset
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


def test_a_folder_of_tables_and_chosen_columns(tmp_path):
    for split, rows in (("train", 30), ("validation", 6), ("test", 9)):
        own_data.table(rows, seed=rows).to_csv(tmp_path / f"{split}.csv", index=False)
    data = own_data.from_both_storages(
        f"csv:{tmp_path}", label="species", input=("height", "width"))
    assert data.splits == {"train": (0, 30), "validation": (30, 36), "test": (36, 45)}
    assert np.array_equal(data.images[30:36, 0], own_data.table(6, seed=6)["height"])


def test_labels_that_are_numbers_stay_numbers_for_a_regression(tmp_path):
    from lth_keras.tasks import Regression

    table = own_data.table().drop(columns="species")
    table.to_csv(tmp_path / "pets.csv", index=False)
    data = Dataset(f"csv:{tmp_path}/pets.csv", label="width", test=0.2).load(task=Regression())
    assert data.images.shape == (30, 2) and data.label_names is None
    assert sorted(data.labels.ravel().tolist()) == sorted(
        table["width"].astype(np.float32).tolist())
