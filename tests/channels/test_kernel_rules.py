"""Which channels layers with kernels make, read and carry, by hand."""

from lth_keras import models
from lth_keras.compat import keras
from tests.channels.described import described, groups_of, whole

layers = keras.layers


def test_a_depthwise_chain_passes_channels_on():
    inputs = keras.Input((8, 8, 2))
    x = layers.Conv2D(3, 1, name="expand")(inputs)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="each")(x)
    x = layers.PReLU(shared_axes=(1, 2), name="slopes")(layers.ReLU(6.0, name="relu6")(x))
    x = layers.SeparableConv2D(4, 3, name="separable")(x)
    x = layers.GlobalMaxPooling2D(name="pool")(x)
    channels = groups_of(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    assert described(channels) == {
        "expand/kernel": (3, ["expand/kernel"], ["separable/pointwise_kernel"]),
        "separable/pointwise_kernel": (4, ["separable/pointwise_kernel"], ["out/kernel"]),
    }
    along = {(place.key, place.axis): place.units.tolist() for place in channels.groups[0].places}
    assert along["each/depthwise_kernel", 2] == [0, 1, 2]
    assert along["each/bias", 0] == [0, 0, 1, 1, 2, 2]
    assert along["slopes/alpha", 2] == [0, 0, 1, 1, 2, 2]


def test_heads_and_hidden_units_of_a_transformer():
    model = models.vision_transformer((14, 14, 1), 10, depth=1, units=8, heads=2, mlp=2)
    channels = groups_of(model)
    at = "block1_attention"
    assert described(channels) == {
        f"{at}/query/kernel": (2, [f"{at}/key/kernel", f"{at}/query/kernel", f"{at}/value/kernel"],
                               [f"{at}/output/kernel"]),
        "block1_fc1/kernel": (16, ["block1_fc1/kernel"], ["block1_fc2/kernel"]),
    }
    stay = whole(channels)
    assert set(stay) == {"patches", f"{at}/output", "block1_fc2", "output"}
    assert "block1_norm1 (LayerNormalization) normalises over the channels" in stay["patches"]


def test_what_an_attention_takes_as_a_mask_stays():
    inputs = keras.Input((5, 6))
    x = layers.Dense(8, name="a")(inputs)
    mask = layers.Dense(5, "sigmoid", name="mask")(x)
    heads = layers.MultiHeadAttention(2, 3, name="heads")
    channels = groups_of(keras.Model(inputs, layers.Dense(2, name="out")(
        layers.Flatten()(heads(x, x, attention_mask=mask)))))
    assert set(described(channels)) == {"a/kernel", "heads/query/kernel", "heads/output/kernel"}
    assert whole(channels)["mask"] == (
        "heads takes it beside its query, key and value, as a mask")
