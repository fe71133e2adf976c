"""The labels that each task takes, and the one line with which it refuses others."""

import numpy as np
import pytest

from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.metric import Metric
from lth_keras.tasks import BinaryClassification, Classification, LanguageModel, Regression

X, X_TEST = np.zeros((12, 3), np.float32), np.zeros((4, 3), np.float32)
Y, Y_TEST = np.arange(12) % 3, np.array([0, 1, 2, 0])
TOKENS = np.arange(12 * 4).reshape(12, 4) % 5


def load(y=Y, y_test=Y_TEST, task=None, x=X, x_test=X_TEST, **options):
    return from_arrays(x, y, x_test, y_test, name="mine", task=task, **options)


def test_one_hot_labels_are_those_of_their_indices():
    expected = load()
    for kind in (np.float32, np.float64, bool):
        got = load(np.eye(3, dtype=kind)[Y], np.eye(3, dtype=kind)[Y_TEST])
        assert got.fingerprint == expected.fingerprint and got.output_shape == (3,)
    masks = np.arange(12 * 4).reshape(12, 2, 2) % 2
    got = load(np.eye(2)[masks], np.eye(2)[masks[:4]])
    assert np.array_equal(got.labels[:12], masks) and got.output_shape == (2, 2, 2)


def test_shapes_follow_the_labels():
    assert load(Y[:, None], Y_TEST[:, None]).labels.shape == (16,)
    numbers = load(Y * 1.5, Y_TEST * 1.5, Regression())
    assert numbers.labels.shape == (16, 1) and numbers.output_shape == (1,)
    assert numbers.task.std == (pytest.approx(1.5 * np.sqrt(2 / 3)),)
    images = np.zeros((12, 2, 2, 1), np.uint8)
    images[::2] = 200
    got = load(images, images[:4], Regression())
    assert got.labels.dtype == np.uint8 and got.output_shape == (2, 2, 1)
    assert load(Y % 2, Y_TEST % 2, BinaryClassification()).output_shape == (1,)
    got = load(TOKENS, TOKENS[:4], LanguageModel(), TOKENS, TOKENS[:4])
    assert got.output_shape == (4, 5) and got.num_outputs == 5
    named = load(Y, Y_TEST, Classification(classes=9))
    assert named.output_shape == (9,)


def test_the_one_channel_of_a_mask_is_no_axis_of_the_outputs():
    masks = np.arange(12 * 6).reshape(12, 3, 2) % 3
    for kind in (np.uint8, np.int64):
        plain, got = (load(each, each[:4]) for each in (
            masks.astype(kind), masks.astype(kind)[..., None]))
        assert got.output_shape == (3, 2, 3) and got.fingerprint == plain.fingerprint
    column = np.eye(3)[masks[:, :, :1]]  # One-hot: its last axis are the classes.
    assert load(column, column[:4]).output_shape == (3, 1, 3)


def test_statistics_are_of_what_is_trained_on_alone():
    y = np.arange(12.0) ** 2
    held = load(y, y[:4], Regression(), validation=4)
    start, stop = held.splits["train"]
    assert held.task.mean == (pytest.approx(held.labels[start:stop].mean()),)
    assert held.task.mean != load(y, y[:4], Regression()).task.mean


def test_weights_travel_with_their_examples():
    weights = np.arange(12.0)
    got = load(np.arange(12.0), np.arange(4.0), Regression(), w_train=weights, validation=3)
    assert got.weights.dtype == np.float32
    assert np.array_equal(got.weights[:12], got.labels[:12, 0])
    assert np.array_equal(got.weights[12:], np.ones(4))
    assert got.fingerprint != load(np.arange(12.0), np.arange(4.0), Regression(),
                                   validation=3).fingerprint


SOFT = np.full((12, 3), 1 / 3)
MISSING = np.where(Y == 1, np.nan, Y)


@pytest.mark.parametrize("options, words", [
    ({"y": SOFT}, "rows of zeros and a single one"),
    ({"y": MISSING}, "hold nan at example 1"),
    ({"y": Y * 1.5}, "Regression(…)"),
    ({"y": Y.astype(str)}, "class indices, integers"),
    ({"y": np.array([None] * 12)}, "class indices, integers"),
    ({"y": Y[:11]}, "one for each of the 12 examples"),
    ({"y": np.int64(3)}, "one for each of the 12 examples"),
    ({"y": Y * 2}, "lack [1, 3]"),
    ({"y": Y - 1}, "go from -1 to 1"),
    ({"y": Y + 2**40}, "below 2**31"),
    ({"y": Y, "task": Classification(classes=2)}, "go from 0 to 2; expected 0..1"),
    ({"y_test": Y_TEST + 1}, "the test labels of 'mine' go from 1 to 3"),
    ({"y": Y[:, None] + np.zeros((1, 2), int)}, "has shape (2,) in training and () in test"),
    ({"y": Y * 0 + 9, "task": Classification(3, ignore_label=9)},
     "every train label of 'mine' is ignore_label = 9"),
    ({"y_test": Y_TEST * 0 + 9, "task": Classification(3, ignore_label=9)},
     "every test label of 'mine' is ignore_label = 9"),
    ({"task": Classification(class_weights=(1.0, 2.0))}, "class_weights has 2 numbers; expected 3"),
    ({"task": Classification(top5=True)}, "'mine' has 3 classes; expected more than 5"),
    ({"y": MISSING, "task": Regression()}, "hold nan at example 1"),
    ({"y": Y * 0 + 4, "task": Regression()}, "are all 4 in column 0"),
    ({"y": Y.astype(str), "task": Regression()}, "expected numbers"),
    ({"y": np.full(12, 1e300), "task": Regression()}, "hold inf at example 0"),
    ({"task": Regression(std=(1.0, 2.0))}, "Regression.std has 2 numbers; expected one, or 1"),
    ({"y": Y, "task": BinaryClassification()}, "hold 2; expected 0 and 1"),
    ({"y": Y * 0, "y_test": Y_TEST * 0, "task": BinaryClassification()},
     "are all 0 in column 0; expected both 0 and 1"),
    ({"task": LanguageModel()}, "the next token at each of T places"),
    ({"y": TOKENS * 1.0, "task": LanguageModel()}, "lth_keras.tasks.next_tokens"),
    ({"y": TOKENS, "y_test": TOKENS[:4] + 3, "task": LanguageModel(vocabulary=5)},
     "the test labels of 'mine' go from 3 to 7; expected 0..4"),
    ({"w_train": -np.ones(12)}, "hold -1 at example 0"),
    ({"w_train": np.full(12, np.nan)}, "hold nan at example 0"),
    ({"w_train": np.ones(11)}, "a number for each example, (12,)"),
    ({"w_train": np.ones((12, 1))}, "a number for each example, (12,)"),
    ({"w_test": np.zeros(4)}, "the weights of all 4 test examples of 'mine' are 0"),
])
def test_other_labels_are_refused_in_one_line(options, words):
    with pytest.raises(ConfigurationError) as error:
        load(**options)
    assert words in str(error.value)
    assert "\n" not in str(error.value) and len(str(error.value)) <= 300


@pytest.mark.parametrize("make, words", [
    (lambda: Classification(classes=1), "Classification.classes is 1"),
    (lambda: Classification(ignore_label="x"), "Classification.ignore_label is 'x'"),
    (lambda: Classification(class_weights=(1, -1)), "class_weights is (1, -1)"),
    (lambda: Classification(class_weights=(0, 0)), "not all of them 0"),
    (lambda: Classification(label_smoothing=1.0), "label_smoothing is 1.0"),
    (lambda: Classification(top5=1), "top5 is 1"),
    (lambda: BinaryClassification(positive_weight=0), "positive_weight is 0"),
    (lambda: BinaryClassification(label_smoothing=-0.1), "label_smoothing is -0.1"),
    (lambda: Regression(std=0.0), "Regression.std is 0.0"),
    (lambda: Regression(mean="a"), "Regression.mean is 'a'"),
    (lambda: Regression(unit=3), "Regression.unit is 3"),
    (lambda: Regression(margin=-1.0), "margin is -1.0"),
    (lambda: LanguageModel(vocabulary=1), "LanguageModel.vocabulary is 1"),
    (lambda: LanguageModel(label_smoothing="0.1"), "label_smoothing is '0.1'"),
    (lambda: Metric("Mean error"), "Metric.name is 'Mean error'"),
    (lambda: Metric("loss"), "Metric.name is 'loss'"),
    (lambda: Metric("f1", is_share=True, margin=2), "expected a share from 0 to 1"),
])
def test_a_wrong_option_is_refused_when_it_is_given(make, words):
    with pytest.raises(ConfigurationError) as error:
        make()
    line = str(error.value).splitlines()[0]  # gin appends a line to what a configurable says.
    assert words in line and len(line) <= 300
