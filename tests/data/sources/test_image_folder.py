"""Folders of pictures: splits, labels by folder, held-out test sets."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.data import Dataset
from lth_keras.errors import ConfigurationError
from lth_keras.metric import Metric
from lth_keras.tasks import Regression, Task
from tests.data import own_data


def test_a_folder_of_pictures_with_splits_above_the_classes(tmp_path):
    made = own_data.write_images(tmp_path / "pets", ("train", "val", "test"))
    (tmp_path / "pets" / "train" / "cat" / ".hidden.png").write_text("no picture")
    (tmp_path / "pets" / "train" / "cat" / "notes.txt").write_text("no picture either")
    data = own_data.from_both_storages(f"images:{tmp_path}/pets")
    assert data.splits == {"train": (0, 12), "validation": (12, 24), "test": (24, 36)}
    assert data.label_names == own_data.CLASSES
    assert data.labels.tolist() == [label for label in range(3) for _ in range(4)] * 3
    assert np.array_equal(data.images[:4], made["train"][0])
    assert np.array_equal(data.images[24:28], made["test"][0])


def test_a_folder_without_splits_holds_out_a_test_set_of_every_class(tmp_path):
    own_data.write_images(tmp_path / "pets", ("",), ending="jpg")
    data = own_data.from_both_storages(f"images:{tmp_path}/pets", test=3, channels=1)
    assert data.images.shape == (12, 5, 5, 1)
    assert sorted(data.labels[9:].tolist()) == [0, 1, 2]
    with pytest.raises(ConfigurationError, match="no test split; bind Dataset.test = 0.2"):
        Dataset(f"images:{tmp_path}/pets").load()


class Own(Task):
    """A task that takes the labels as they are."""

    metrics = (Metric("error", "error", higher_is_better=False, margin=0.01),)

    def loss(self, labels, outputs, weights):
        return tf.reduce_mean(outputs, -1)

    def metric(self, labels, outputs, weights):
        return (self.loss(labels, outputs, weights),)


def test_names_of_folders_are_no_numbers(tmp_path, caplog):
    own_data.write_images(tmp_path / "pets", ("",))
    data = Dataset(f"images:{tmp_path}/pets", test=3)
    with pytest.raises(ConfigurationError, match="its folders' names, such as '.*'; expected n"):
        data.load(task=Regression())
    with caplog.at_level("WARNING"):
        data.load()
        assert "alphabet" not in caplog.text
        data.load(task=Own())
    assert "Own gets their places in the alphabet, 0, 1, …, as numbers of classes" in caplog.text
