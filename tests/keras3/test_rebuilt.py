"""Models of one Keras rebuilt in the other: the same names, weights and outputs, or a refusal."""

import keras as keras3_library
import numpy as np
import pytest

from lth_keras import keras3
from lth_keras.compat import keras as tf_keras
from lth_keras.errors import ConfigurationError
from lth_keras.variables import named_variables


def convolutional(keras):
    layers = keras.layers
    return keras.Sequential([
        keras.Input((6, 6, 2)), layers.Conv2D(3, 3, activation="relu", name="conv"),
        layers.BatchNormalization(name="bn"), layers.DepthwiseConv2D(2, name="depthwise"),
        layers.SeparableConv2D(4, 2, padding="same", name="separable"), layers.LeakyReLU(0.1),
        layers.PReLU(name="prelu"), layers.GlobalAveragePooling2D(), layers.Dropout(0.3),
        layers.Dense(2, name="output")])


def recurrent(keras):
    layers = keras.layers
    inputs = keras.Input((4,), dtype="int32")
    x = layers.Embedding(7, 3, mask_zero=True, name="embedding")(inputs)
    x = layers.Bidirectional(layers.GRU(2, return_sequences=True, unroll=True), name="both")(x)
    x = layers.TimeDistributed(layers.Dense(2), name="each")(x)
    return keras.Model(inputs, layers.LSTM(2, unroll=True, name="lstm")(x))


def attention(keras):
    layers = keras.layers
    inputs = {"a": keras.Input((5, 4), name="a")}
    x = layers.LayerNormalization(name="norm")(inputs["a"])
    y = layers.MultiHeadAttention(2, 3, name="attention")(x, value=x, use_causal_mask=True)
    x = layers.EinsumDense("bnd,de->bne", (None, 3), bias_axes="e", name="einsum")(
        layers.Add(name="sum")([x, y]))
    block = keras.Sequential([keras.Input((5, 3)), layers.Dense(3, "gelu", name="inner")],
                             name="block")
    x = block(block(x))
    return keras.Model(inputs, {"last": layers.Flatten(name="flat")(x),
                                "best": layers.GlobalMaxPooling1D(name="best")(x)})


def shared(keras):
    inputs = [keras.Input((3,), name=name) for name in "ab"]
    dense = keras.layers.Dense(2, name="shared")
    dense.trainable = False
    return keras.Model(inputs, keras.layers.Concatenate(name="both")([dense(x) for x in inputs]))


MODELS = [convolutional, recurrent, attention, shared]


def given(model):
    """A batch of two for every input; whole numbers, padded, for an embedding."""
    random = np.random.default_rng(1)
    batches = {}
    for tensor in model.inputs:
        shape = (2, *tensor.shape[1:])
        whole = "int" in str(tensor.dtype)
        batches[tensor.name.split(":")[0]] = (
            np.array([[3, 1, 0, 0], [6, 2, 4, 0]]) if whole
            else random.normal(size=shape).astype(np.float32))
    if set(batches) == {"a"}:
        return batches
    return list(batches.values()) if len(batches) > 1 else next(iter(batches.values()))


def arrays(outputs):
    return {key: value.numpy() for key, value in outputs.items()} \
        if isinstance(outputs, dict) else outputs.numpy()


def randomised(model):
    """Weights that no initializer gives, so that a wrongly assigned variable is noticed."""
    random = np.random.default_rng(2)
    model.set_weights([random.uniform(0.1, 0.9, weight.shape) for weight in model.get_weights()])
    return model


@pytest.mark.parametrize("build", MODELS, ids=lambda each: each.__name__)
def test_there_and_back_with_names_weights_and_outputs(build):
    theirs = randomised(build(keras3_library))
    before = [each.numpy().copy() for each in theirs.weights]
    twin = keras3.to_tf_keras(theirs)
    assert isinstance(twin, tf_keras.Model) and keras3.is_keras3(theirs)
    assert not keras3.is_keras3(twin)
    assert isinstance(twin, tf_keras.Sequential) == isinstance(theirs, keras3_library.Sequential)
    # The function that builds both models decides the keys.
    assert set(named_variables(twin)) == set(named_variables(build(tf_keras)))
    back = keras3.to_keras3(twin)
    batch = given(theirs)
    expected = arrays(theirs(batch, training=False))
    for other in (twin, back):
        outputs = arrays(other(batch, training=False))
        for one, two in zip(_leaves(outputs), _leaves(expected), strict=True):
            np.testing.assert_allclose(one, two, atol=1e-6)
    assert [layer.name for layer in back.layers] == [layer.name for layer in theirs.layers]
    variables = keras3.named_variables_of(theirs)
    assert list(variables) == list(named_variables(twin))
    for key, variable in named_variables(twin).items():
        assert variable.numpy().tobytes() == variables[key].numpy().tobytes(), key
    for one, two in zip(before, theirs.weights, strict=True):
        assert one.tobytes() == two.numpy().tobytes()
    assert len(twin.trainable_weights) == len(theirs.trainable_weights)


def _leaves(outputs):
    return [outputs[key] for key in sorted(outputs)] if isinstance(outputs, dict) else [outputs]


def test_a_sum_of_two_tensors_becomes_the_layer():
    inputs = keras3_library.Input((3,))
    twin = keras3.to_tf_keras(
        keras3_library.Model(inputs, keras3_library.layers.Dense(3)(inputs) + inputs))
    assert any(isinstance(layer, tf_keras.layers.Add) for layer in twin.layers)


LAYERS = keras3_library.layers


class Subclassed(keras3_library.Model):
    def call(self, inputs):
        return inputs


def refused(name, layer):
    inputs = keras3_library.Input((4,))
    return keras3_library.Model(inputs, layer(inputs), name=name)


@pytest.mark.parametrize("build, message", [
    (lambda: refused("m", lambda x: LAYERS.Dense(4, name="d")(x) * 2.0), "with a constant"),
    (lambda: refused("m", lambda x: x[:, :2]), r"\(GetItem\)"),
    (lambda: Subclassed(name="s"), r"'s' \(Subclassed\) is no functional model"),
])
def test_what_has_no_counterpart_is_named(build, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        keras3.to_tf_keras(build())
    assert "\n" not in str(caught.value)
