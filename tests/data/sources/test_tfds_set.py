"""TFDS sets with other keys, pictures of all sizes, and texts."""

import types

import numpy as np
import pytest
import sentencepiece

from lth_keras.data import Dataset, connectivity
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.data.sources.tfds_set import check_features
from lth_keras.data.sources.tokens import Tokens
from lth_keras.errors import ConfigurationError
from tests.data import tfds_sets
from tests.data.tfds_sets import sentence


@pytest.fixture(autouse=True)
def without_a_network(monkeypatch):
    """No test downloads."""
    monkeypatch.setattr(connectivity, "connects", lambda host, port: False)


def picture(number):
    """A picture; its number decides its size and its grey."""
    return np.full((5 + number % 4, 6 + number % 3, 3), 5 * number, np.uint8)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A TFDS data directory: pets (two labels, masks, pictures of all sizes) and reviews (text)."""
    import tensorflow_datasets as tfds

    folder = tfds_sets.prepared_reviews(tmp_path_factory.mktemp("tfds"))
    tfds_sets.store(folder, "pets", {
        "photo": tfds.features.Image(shape=(None, None, 3)),
        "mask": tfds.features.Image(shape=(None, None, 1)),
        "species": tfds.features.ClassLabel(names=["cat", "dog"]),
        "breed": tfds.features.ClassLabel(num_classes=3),
        "body": tfds.features.FeaturesDict({
            "weight": tfds.features.Scalar(np.float32), "age": tfds.features.Scalar(np.float32)}),
    }, lambda i: {"photo": picture(i), "mask": picture(i)[..., :1] % 3, "species": i % 2,
                  "breed": i % 3, "body": {"weight": i / 2, "age": np.nan if i == 3 else i}})
    return folder


@pytest.mark.parametrize("storage", ["memory", "disk"])
def test_features_are_taken_by_name_and_pictures_brought_to_a_size(prepared, storage):
    data = Dataset("pets", input="photo", label="breed", image_size=(4, 4),
                   storage=storage).load(prepared)
    assert isinstance(data.images, RowsOnDisk if storage == "disk" else np.ndarray)
    assert data.images.shape == (42, 4, 4, 3) and data.num_outputs == 3
    greys = data.images[:][:, 0, 0, 0] // 5  # TFDS has its own order: a grey tells which it is.
    assert np.array_equal(greys % 3, data.labels)
    assert sorted(greys[:30].tolist()) == list(range(30))


def test_a_label_may_lie_within_another_feature_and_be_a_number(prepared):
    from lth_keras.tasks import Regression

    data = Dataset("pets", input="photo", label="body/weight", image_size=(4, 4)).load(
        prepared, Regression())
    assert np.allclose(data.labels.ravel(), data.images[:, 0, 0, 0] // 5 / 2)


def test_a_wrong_label_is_said_before_the_first_picture_is_decoded(prepared, monkeypatch, tmp_path):
    from lth_keras.data.sources import tfds_set
    from lth_keras.tasks import Regression

    monkeypatch.setattr(tfds_set, "fitted", None)
    with pytest.raises(ConfigurationError, match="labels of 'pets' hold nan at example"):
        Dataset("pets", input="photo", label="body/age", image_size=(4, 4), storage="disk").load(
            prepared, Regression())
    assert not list((tmp_path / "cache").glob("*/*.bin"))


def test_a_mask_keeps_its_classes_when_it_is_brought_to_a_size(prepared):
    from lth_keras.data.sources.content import ContentIndex
    from lth_keras.data.sources.tfds_download import open_set

    source = open_set("pets", str(prepared), ContentIndex(), ("photo", "mask"), (4, 4))
    parts = list(source.read("train"))
    masks = np.concatenate([labels for _, labels in parts])
    photos = np.concatenate([inputs for inputs, _ in parts])
    assert masks.shape == (30, 4, 4, 1) and np.array_equal(masks[..., 0], photos[..., 0] % 3)


@pytest.mark.parametrize("photo, mask, strange", [
    ("uint16", "uint8", "'photo' of 'pets' are uint16"), ("float32", "uint8", "are float32"),
    ("uint8", "uint16", "'mask' of 'pets' are uint16"), ("uint8", "uint8", None),
])
def test_only_pictures_of_eight_bits_are_brought_to_a_size(photo, mask, strange):
    import tensorflow_datasets as tfds

    info = types.SimpleNamespace(features=tfds.features.FeaturesDict({
        "photo": tfds.features.Tensor(shape=(6, 6, 3), dtype=np.dtype(photo).type),
        "mask": tfds.features.Image(shape=(6, 6, 1), dtype=np.dtype(mask).type)}))

    def check(size):
        check_features(info, "pets", ("photo", "mask"), size, None)

    check(None)
    if strange is None:
        check((4, 4))
        return
    with pytest.raises(ConfigurationError) as caught:
        check((4, 4))
    assert strange in str(caught.value) and len(str(caught.value)) <= 300


@pytest.mark.parametrize("name, bindings, message", [
    ("pets", {}, "bind Dataset.input and Dataset.label to two of these names"),
    ("pets", {"input": "photo", "label": "breed"}, "bind Dataset.image_size = (64, 64)"),
    ("pets", {"input": "foto", "label": "breed"}, "Dataset.input is 'foto'"),
    ("pets", {"input": "photo", "label": "race"}, "Dataset.label is 'race'"),
    ("pets", {"input": "body", "label": "breed"}, "expected numbers of a fixed shape"),
    ("pets", {"input": ("photo", "mask"), "label": "breed"}, "one feature's name"),
    ("pets", {"input": "photo", "label": "breed", "text": Tokens()}, "expected text"),
    ("reviews", {}, "bind Dataset.text = @Tokens()"),
    ("reviews", {"text": Tokens(vocabulary=5000)}, "bind Tokens.vocabulary to a smaller number"),
    ("reviews", {"text": Tokens(40, 5000, True)}, "expected more than Tokens.length"),
])
def test_what_is_not_plain_is_refused_in_one_line(prepared, name, bindings, message, tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        Dataset(name, **bindings).load(prepared)
    said = str(caught.value).split("\n  In call to configurable")[0].splitlines()
    assert message in said[0] and len(said) == 1 and len(said[0]) <= 300
    assert not list((tmp_path / "cache").glob("*/about.json"))


@pytest.mark.parametrize("storage", ["memory", "disk"])
def test_text_is_cut_into_tokens_once_and_the_tokenizer_kept(prepared, storage, monkeypatch):
    dataset = Dataset("reviews", text=Tokens(40, 24), storage=storage)
    data = dataset.load(prepared)
    assert data.images.shape == (42, 24) and data.label_names == ("bad", "good")
    tokenizer = sentencepiece.SentencePieceProcessor(
        model_proto=data.attachments["tokenizer.model"])
    assert tokenizer.vocab_size() == 40
    read = [tokenizer.decode([int(t) for t in row if t > 2]) for row in data.images[:]]
    texts = [sentence(i) for i in range(30)]
    whole = [text for text in read[:30] if text in texts]
    assert len(whole) > 20 and all(any(t.startswith(text) for t in texts) for text in read[:30])
    monkeypatch.setattr(sentencepiece, "SentencePieceTrainer", None)
    again = dataset.load(prepared)
    assert again.fingerprint == data.fingerprint and again.attachments == data.attachments


def test_a_language_model_gets_the_text_as_its_own_label(prepared):
    from lth_keras.tasks import LanguageModel

    data = Dataset("reviews", text=Tokens(40, 16, next_token=True)).load(prepared, LanguageModel())
    start, stop = data.splits["train"]
    tokens, following = data.images[start:stop], data.labels[start:stop]
    assert tokens.shape[1:] == following.shape[1:] == (16,)
    assert np.array_equal(tokens.ravel()[1:], following.ravel()[:-1])
    assert 2 in following  # Texts end.


@pytest.mark.parametrize("content", ["{", "{}", '{"name": 3}'])
def test_a_broken_description_of_a_prepared_set_is_not_the_names_fault(prepared, content):
    (info,) = (prepared / "reviews").rglob("dataset_info.json")
    whole = info.read_text()
    info.write_text(content)
    try:
        with pytest.raises(ConfigurationError) as caught:
            Dataset("reviews", text=Tokens(40, 24)).load(prepared)
    finally:
        info.write_text(whole)
    said = str(caught.value).split("\n  In call to configurable")[0]
    assert f"what is prepared in {prepared / 'reviews'} cannot be read" in said
    assert "delete it and prepare it again" in said and "\n" not in said


def test_a_version_that_is_not_there_stays_the_names_fault(tmp_path):
    (tmp_path / "mnist").mkdir()
    with pytest.raises(ConfigurationError, match="'mnist:9.9.9', which TensorFlow Datasets refuse"):
        Dataset("mnist:9.9.9").load(tmp_path)
