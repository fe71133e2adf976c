"""Errors that one forward pass finds: one line each, before anything is written."""

import numpy as np
import pytest

import lth_keras
from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training import SGD

L = keras.layers
RANDOM = np.random.default_rng(1)
QUICK = {"rounds": 1, "rate": 0.5, "duration": "2it", "batch_size": 6, "progress": False,
         "jit": False, "validation": 0}


def data(classes=3, size=5):
    x, y = RANDOM.normal(size=(24, size)).astype(np.float32), np.arange(24) % classes
    return (x, y), (x[:9], y[:9])


class Forgetful(L.Layer):
    """A layer with a configuration that lacks its factor."""

    def __init__(self, factor=1.0, **options):
        super().__init__(**options)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return super().get_config()


class Nameless(L.Layer):
    """A layer with arguments and without a configuration: Keras notes the arguments alone."""

    def __init__(self, factor=1.0, **options):
        super().__init__(**options)
        self.inner = L.Dense(3)

    def call(self, inputs):
        return self.inner(inputs)


class Picky(L.Layer):
    """A layer that fails on the numbers of these data."""

    def call(self, inputs):
        tf.debugging.assert_less(inputs, -1e9)
        return tf.identity(inputs)


class Tied(L.Layer):
    """A layer that multiplies by another's kernel, which its configuration does not say."""

    def __init__(self, to=None, **options):
        super().__init__(**options)
        self.to = to

    def call(self, inputs):
        return tf.matmul(inputs, self.to.kernel, transpose_b=True)

    def get_config(self):
        return super().get_config()


def tied(as_layer):
    def build(input_shape, classes):
        given = keras.Input(input_shape)
        fc = L.Dense(4, name="fc")
        x = fc(given)
        x = Tied(fc)(x) if as_layer else tf.matmul(x, fc.kernel, transpose_b=True)
        return keras.Model(given, L.Dense(classes)(x), name="odd")

    return build


def adapted(input_shape, classes):
    normal = L.Normalization(name="normal")
    normal.adapt(np.arange(20, dtype=np.float32).reshape(4, 5))
    return keras.Sequential([keras.Input(input_shape), normal, L.Dense(classes)])


def around(layer):
    def build(input_shape, classes):
        x = given = keras.Input(input_shape)
        return keras.Model(given, L.Dense(classes, name="output")(layer()(x)), name="odd")

    return build


@pytest.mark.parametrize("build, message", [
    (around(lambda: Forgetful(2.0)), "computes something else once its layers are wrapped .*"
     r"differs by .*get_config of 'forgetful' \(Forgetful\)"),
    (around(Picky), "the model 'odd' cannot be called on examples of shape"),
    (around(lambda: L.Dense(5, activation=lambda x: x.missing)), "cannot be built"),
    (tied(as_layer=True), r"layer 'tied' \(Tied\) cannot be copied: its copy cannot be called "
     r"\(AttributeError: 'NoneType' object has no attribute 'kernel'\); expected a get_config"),
    (tied(as_layer=False), "reads the variable 'fc/kernel' itself, .*weight tying"),
    (around(Nameless), r"layer 'nameless' \(Nameless\) cannot be copied: its get_config\(\) gives "
     r"no name; expected a get_config\(\) that gives every argument"),
    (adapted, r"layer 'normal' \(Normalization\) of the model adapted was adapted to data"),
], ids=["forgetful", "picky", "error", "tied layer", "tied operation", "nameless", "adapted"])
def test_a_model_that_does_not_work_is_refused_in_one_line(tmp_path, build, message):
    train, test = data()
    with pytest.raises(ConfigurationError, match=message) as error:
        lth_keras.find_ticket(build, train, test, output_dir=tmp_path / "runs", **QUICK)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "runs").exists()


class WordsAndPlaces(L.Layer):
    """The layer that Keras's guides write for a Transformer."""

    def __init__(self, **options):
        super().__init__(**options)
        self.words, self.places = L.Embedding(9, 2, name="table"), L.Embedding(5, 2)

    def call(self, inputs):
        return self.words(inputs) + self.places(tf.range(5))

    def get_config(self):
        return super().get_config()


def inside(input_shape, classes):
    return keras.Sequential([
        keras.Input(input_shape), WordsAndPlaces(), L.Flatten(), L.Dense(classes)])


def words_and_more(input_shape, classes):
    given = {name: keras.Input(shape, name=name) for name, shape in input_shape.items()}
    x = L.Flatten()(L.Embedding(9, 2, name="table")(given["words"]))
    return keras.Model(given, L.Dense(classes)(L.Concatenate()([x, given["more"]])), name="odd")


def embedded(input_shape, classes):
    return keras.Sequential([
        keras.Input(input_shape), L.Embedding(9, 2, name="table"), L.Flatten(), L.Dense(classes)])


def integers(input_shape, classes):
    given = keras.Input(input_shape, dtype="int32")
    return keras.Model(given, L.Dense(classes)(tf.one_hot(given[:, 0], 9)), name="odd")


@pytest.mark.parametrize("build, taker", [
    (embedded, "the Embedding 'table'"), (inside, "the Embedding 'table'"),
    (integers, "an input of int32"),
    (words_and_more, "the Embedding 'table'")])
def test_tokens_of_uint8_are_not_taken_for_pixels(tmp_path, build, taker):
    words, labels = RANDOM.integers(0, 9, (24, 5)), np.arange(24) % 3

    def examples(dtype):
        x = words.astype(dtype)
        return ({"words": x, "more": x / 9.0} if build is words_and_more else x), labels

    with pytest.raises(ConfigurationError, match=f"takes whole numbers, in {taker}, and is g"):
        lth_keras.find_ticket(
            build, examples("uint8"), examples("uint8"), output_dir=tmp_path / "a", **QUICK)
    assert not (tmp_path / "a").exists()
    lth_keras.find_ticket(
        build, examples("int32"), examples("int32"), output_dir=tmp_path / "b", **QUICK)


@pytest.mark.parametrize("classes, units, activation, warned", [
    (3, 3, "softmax", True), (3, 3, None, False), (2, 1, "sigmoid", True), (2, 1, None, False)])
def test_probabilities_are_said_and_the_layer_named(tmp_path, caplog, classes, units, activation,
                                                    warned):
    def build(input_shape, _):
        return keras.Sequential([
            keras.Input(input_shape), L.Dense(4, "relu"), L.Dense(units, activation, name="end")])

    train, test = data(classes)
    with caplog.at_level("WARNING"):
        lth_keras.find_ticket(build, train, test, output_dir=tmp_path, **QUICK)
    assert ("outputs of layer 'end' are probabilities already" in caplog.text) == warned


def dense(input_shape, classes):
    return keras.Sequential([keras.Input(input_shape), L.Dense(classes, name="output")])


def test_a_dense_network_that_diverges_is_no_ticket(tmp_path):
    train, test = data()
    train = train[0] * 1e19, train[1]
    for _ in range(2):  # The second time it is read from the store.
        with pytest.raises(RunError, match="the dense network diverged: .*nothing to prune"):
            lth_keras.find_ticket(
                dense, train, test, output_dir=tmp_path, optimizer=SGD(1e30), **QUICK)
