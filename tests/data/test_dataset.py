"""Which data an experiment gets: the order of places, the fallback, refusals."""

import dataclasses

import gin
import numpy as np
import pytest

from lth_keras.data import Dataset, connectivity, fallback_warning
from lth_keras.errors import ConfigurationError


@pytest.fixture
def no_network(monkeypatch):
    """No host can be reached, and data on this machine are not used."""
    monkeypatch.setattr(connectivity, "connects", lambda host, port: False)
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)


@pytest.fixture
def forbidden_network(monkeypatch):
    """Any use of the network makes the test fail."""
    def refuse(host, port):
        raise AssertionError(f"asked for {host}:{port}")

    monkeypatch.setattr(connectivity, "connects", refuse)


@pytest.fixture(scope="module")
def toy_dir(tmp_path_factory):
    """A TFDS data directory with sets that its own builders prepared.

    toy/2.0.0 and mnist/2.0.0 (an older version than TFDS's code): 60 and 20 images, 3 labels.
    vectors: float64. unlabelled: no label. train_only: one split.
    """
    folder = tmp_path_factory.mktemp("tfds")
    import tensorflow_datasets as tfds

    def store(name, features, examples, splits=(("train", 60), ("test", 20)), version="2.0.0"):
        random = np.random.RandomState(0)
        tfds.dataset_builders.store_as_tfds_dataset(
            name, version, tfds.features.FeaturesDict(features),
            {split: [(i, examples(random, i)) for i in range(n)] for split, n in splits},
            data_dir=folder,
        )

    image = tfds.features.Image(shape=(4, 4, 1))
    label = tfds.features.ClassLabel(names=["a", "b", "c"])

    def pictured(random, i):
        return {"image": random.randint(0, 256, (4, 4, 1)).astype(np.uint8), "label": i % 3}

    store("toy", {"image": image, "label": label}, pictured)
    store("mnist", {"image": image, "label": label}, pictured)
    store("train_only", {"image": image, "label": label}, pictured, splits=[("train", 6)])
    store(
        "vectors",
        {"x": tfds.features.Tensor(shape=(5,), dtype=np.float64),
         "y": tfds.features.Scalar(dtype=np.int64), "id": tfds.features.Text()},
        lambda random, i: {"x": random.randn(5), "y": i % 4, "id": str(i)},
    )
    store("unlabelled", {"image": image}, lambda random, i: {"image": pictured(random, i)["image"]})
    return folder


def test_a_prepared_set_is_read_without_a_network(toy_dir, forbidden_network):
    loaded = Dataset("toy", validation=0.1).load(toy_dir)
    assert loaded.images.shape == (80, 4, 4, 1) and loaded.images.dtype == np.uint8
    assert loaded.labels.shape == (80,) and loaded.labels.dtype == np.int32
    assert loaded.splits == {"train": (0, 54), "validation": (54, 60), "test": (60, 80)}
    assert (loaded.num_outputs, loaded.label_names) == (3, ("a", "b", "c"))
    assert loaded.name == loaded.requested == "toy" and not loaded.is_fallback
    assert loaded.input_shape == (4, 4, 1) and loaded.train_size == 54
    assert loaded.fingerprint == Dataset("toy", validation=0.1).load(toy_dir).fingerprint


def test_the_argument_comes_before_the_environment(toy_dir, tmp_path, monkeypatch, no_network):
    monkeypatch.setenv("TFDS_DATA_DIR", str(toy_dir))
    assert Dataset("toy").load().name == "toy"
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert Dataset("toy").load(toy_dir).name == "toy"


def test_an_older_prepared_version_is_read_and_not_downloaded_anew(toy_dir, forbidden_network):
    loaded = Dataset("mnist").load(toy_dir)
    assert loaded.images.shape == (80, 4, 4, 1) and loaded.name == "mnist"


def test_the_image_and_the_label_are_found_by_their_kind(toy_dir, forbidden_network):
    loaded = Dataset("vectors").load(toy_dir)
    assert loaded.images.shape == (80, 5) and loaded.images.dtype == np.float32
    assert loaded.scale == 1.0 and loaded.num_outputs == 4 and loaded.label_names is None


def test_a_download_is_tried_where_there_is_a_network(tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    asked = []
    monkeypatch.setattr(
        connectivity, "connects", lambda host, port: asked.append((host, port)) or True)

    def fail(self, **_):
        raise OSError("the server said 403\nand more")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", fail)
    loaded = Dataset("mnist", fallback="mnist_5k", train_examples=10).load(tmp_path)
    assert asked == [("storage.googleapis.com", 443)]
    assert loaded.fallback_reason.endswith("preparing it failed: OSError: the server said 403")


def test_a_report_shows_no_users_home(tmp_path, no_network, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "sets").mkdir()
    loaded = Dataset("mnist", fallback="mnist_5k", train_examples=10).load(tmp_path / "sets")
    assert loaded.fallback_reason.startswith("'mnist' is not prepared in ~/sets/mnist/")


def test_the_fallback_says_so_everywhere(tmp_path, no_network):
    loaded = Dataset("mnist", fallback="mnist_5k", validation=0.1).load(tmp_path)
    assert (loaded.name, loaded.requested, loaded.is_fallback) == ("mnist_5k", "mnist", True)
    assert "storage.googleapis.com cannot be reached" in loaded.fallback_reason
    assert "\n" not in loaded.fallback_reason
    warning = fallback_warning(loaded)
    assert "THIS IS NOT MNIST. THE RUN USES MNIST_5K INSTEAD" in warning
    assert "3,600 train, 400 validation, 1,000 test" in warning
    assert loaded.fallback_reason in warning and "--data_dir" in warning
    assert fallback_warning(Dataset("mnist_5k").load()) == ""


def test_the_fallback_is_not_used_where_the_data_are_there(toy_dir, no_network):
    assert not Dataset("mnist", fallback="mnist_5k").load(toy_dir).is_fallback


@pytest.mark.parametrize("storage", ["memory", "disk"])
def test_a_set_without_a_test_split_holds_some_of_its_examples_out(toy_dir, storage, tmp_path):
    data = Dataset("train_only", test=2, validation=1, storage=storage,
                   cache_dir=str(tmp_path)).load(toy_dir)
    assert [data.size(split) for split in ("train", "validation", "test")] == [3, 1, 2]


@pytest.mark.parametrize("name, folder, words", [
    ("mnist", "empty", ["'mnist' is not prepared", "--data_dir", "Dataset.fallback = 'mnist_5k'"]),
    ("mnits", "empty", ["'mnits'", "does not know", "'mnist'"]),
    ("mnist_6k", "empty", ["'mnist_6k'", "'mnist_5k'"]),
    ("zzzzzzzz", "empty", ["'zzzzzzzz'", "does not know", "'mnist_5k_tokens' or 'mnist1d'"]),
    ("mnist/no_such_config", "empty", ["'mnist/no_such_config'", "refuses"]),
    ("not a name", "empty", ["'not a name'", "expected a name of TensorFlow Datasets"]),
    ("imdb_reviews", "empty", ["'text' of 'imdb_reviews' is text", "@Tokens()"]),
    ("unlabelled", "toy", ["'image': 'Image'", "integer label"]),
    ("train_only", "toy", ["'train_only' has no test split", "bind Dataset.test = 0.2"]),
    ("mnist", "absent", ["--data_dir is", "absent", "no folder"]),
])
def test_what_cannot_be_had_is_said_in_one_line(
    name, folder, words, toy_dir, tmp_path, no_network
):
    (tmp_path / "empty").mkdir()
    data_dir = toy_dir if folder == "toy" else tmp_path / folder
    with pytest.raises(ConfigurationError) as error:
        Dataset(name).load(data_dir)
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("name", ["mnits", "not a name", "imdb_reviews"])
def test_a_wrong_name_is_refused_before_any_network_and_in_spite_of_a_fallback(
    name, tmp_path, forbidden_network
):
    with pytest.raises(ConfigurationError):
        Dataset(name, fallback="mnist_5k").load(tmp_path)


def test_a_damaged_prepared_set_is_an_error_and_no_fallback(toy_dir, tmp_path, no_network):
    import shutil

    shutil.copytree(toy_dir / "toy", tmp_path / "toy")
    (record,) = (tmp_path / "toy/2.0.0").glob("toy-train.tfrecord*")
    record.write_bytes(record.read_bytes()[:-7])
    with pytest.raises(ConfigurationError, match="train split .* prepare it again"):
        Dataset("toy", fallback="mnist_5k").load(tmp_path)


@pytest.mark.parametrize("changes, words", [
    ({"mean": (0.1, 0.2, 0.3)}, "3 numbers; expected one, or 1"),
    ({"std": (1.0, 2.0)}, "2 numbers; expected one, or 1"),
    ({"validation": 4000}, "4000 of the 4000 training examples"),
    ({"validation": 0.00001}, "0 of the 4000 training examples"),
    ({"train_examples": 4001}, "at most the 4000"),
    ({"test_examples": 1001}, "at most the 1000"),
])
def test_a_value_that_does_not_fit_the_data_is_refused(changes, words):
    with pytest.raises(ConfigurationError) as error:
        Dataset("mnist_5k", **changes).load()
    assert words in str(error.value) and "\n" not in str(error.value)


def test_a_smoke_subset_is_stratified_and_fixed():
    dataset = Dataset("mnist_5k", train_examples=100, test_examples=50, validation=20)
    loaded = dataset.load()
    assert loaded.splits == {"train": (0, 80), "validation": (80, 100), "test": (100, 150)}
    for split, each in (("train", 8), ("validation", 2), ("test", 5)):
        labels = loaded.labels[slice(*loaded.splits[split])]
        assert np.bincount(labels).tolist() == [each] * 10
    other_seed = dataclasses.replace(dataset, validation_seed=1).load()
    together = slice(0, 100)
    assert sorted(map(bytes, loaded.images[together])) == sorted(
        map(bytes, other_seed.images[together])
    )
    assert loaded.fingerprint != other_seed.fingerprint


def test_gin_makes_it():
    gin.parse_config("Dataset.name = 'mnist1d'\nDataset.validation = 400")
    dataset = Dataset()
    assert (dataset.name, dataset.validation) == ("mnist1d", 400)
