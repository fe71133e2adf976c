"""Conv-2, Conv-4 and Conv-6: VGG scaled down for 32×32 images (LTH, figure 2)."""

import gin

from lth_keras.compat import keras
from lth_keras.models.initialization import glorot_normal
from lth_keras.models.width import scaled


@gin.configurable
def conv_2(input_shape, num_classes, width=1.0, initialization=glorot_normal):
    """Two 3×3 convolutions of 64 channels and a 2×2 max pooling, then 256-256-classes.

    4,300,992 prunable weights on 32×32×3 inputs and 10 classes, 38,592 of them in convolutions;
    4,301,642 parameters with biases (LTH, figure 2: 4.3M and 38K).

    Args:
      input_shape: (height, width, channels), each side at least 2.
      num_classes: number of logits.
      width: multiple of all channels and hidden widths.
      initialization: see `lth_keras.models.initialization`; LTH's is Gaussian Glorot.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].
    """
    return _conv("conv_2", (64,), input_shape, num_classes, width, initialization)


@gin.configurable
def conv_4(input_shape, num_classes, width=1.0, initialization=glorot_normal):
    """As `conv_2`, with two further convolutions of 128 channels and a pooling before the 256.

    2,425,024 prunable weights, 259,776 of them in convolutions (LTH, figure 2: 2.4M and 260K).
    Each side at least 4; arguments as `conv_2`'s.
    """
    return _conv("conv_4", (64, 128), input_shape, num_classes, width, initialization)


@gin.configurable
def conv_6(input_shape, num_classes, width=1.0, initialization=glorot_normal):
    """As `conv_4`, with two further convolutions of 256 channels and a pooling before the 256.

    2,261,184 prunable weights, 1,144,512 of them in convolutions. LTH's figure 2 has the same
    1.1M convolutional weights but a total of 1.7M. The sum of its layers is larger than that: the
    first dense layer alone has 4·4·256·256 = 1.05M. Each side at least 8; arguments as
    `conv_2`'s.
    """
    return _conv("conv_6", (64, 128, 256), input_shape, num_classes, width, initialization)


def _conv(name, blocks, input_shape, num_classes, width, initialization):
    inputs = keras.Input(input_shape)
    x, channels, index = inputs, input_shape[-1], 0
    for block, full_filters in enumerate(blocks, start=1):
        filters = scaled(full_filters, width)
        for _ in range(2):
            index += 1
            x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu",
                                    name=f"conv{index}", **initialization(9 * channels))(x)
            channels = filters
        x = keras.layers.MaxPool2D(name=f"pool{block}")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    fan_in, units = x.shape[-1], scaled(256, width)
    for layer in ("fc1", "fc2"):
        x = keras.layers.Dense(units, "relu", name=layer, **initialization(fan_in))(x)
        fan_in = units
    logits = keras.layers.Dense(num_classes, name="output", **initialization(fan_in))(x)
    return keras.Model(inputs, logits, name=name)
