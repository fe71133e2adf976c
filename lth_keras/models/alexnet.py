"""AlexNet-small: AlexNet's layers for 32×32 images, in the form that pruning papers use."""

import gin

from lth_keras.compat import keras
from lth_keras.models.initialization import he_normal
from lth_keras.models.normalization import batch_normalization
from lth_keras.models.width import scaled

# (filters, size) as in Krizhevsky et al.; here each has stride 2, in place of pooling.
_CONVOLUTIONS = ((96, 11), (256, 5), (384, 3), (384, 3), (256, 3))


@gin.configurable
def alexnet_small(input_shape, num_classes, width=1.0, initialization=he_normal, hidden=1024):
    """AlexNet-s of SNIP (Lee, Ajanthan, Torr, ICLR 2019; `alexnet-v1` in its authors' code).

    Five convolutions with AlexNet's sizes and channels, each with stride 2 and followed by batch
    normalisation and ReLU; no pooling; then two dense layers with batch normalisation, and the
    output. 5,066,784 prunable weights on 32×32×3 inputs and 10 classes (SNIP, table 2: 5.1M);
    `hidden` = 2048 is its AlexNet-b (8.5M).

    Args:
      input_shape: (height, width, channels).
      num_classes: number of logits.
      width: multiple of all channels and hidden widths.
      initialization: see `lth_keras.models.initialization`.
      hidden: units of each of the two dense layers.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].
    """
    inputs = keras.Input(input_shape)
    x, channels = inputs, input_shape[-1]
    for index, (full_filters, size) in enumerate(_CONVOLUTIONS, start=1):
        filters = scaled(full_filters, width)
        x = keras.layers.Conv2D(filters, size, 2, "same", name=f"conv{index}",
                                **initialization(size * size * channels))(x)
        x = _normalized(x, f"conv{index}")
        channels = filters
    x = keras.layers.Flatten(name="flatten")(x)
    fan_in, units = x.shape[-1], scaled(hidden, width)
    for name in ("fc1", "fc2"):
        x = keras.layers.Dense(units, name=name, **initialization(fan_in))(x)
        x = _normalized(x, name)
        fan_in = units
    logits = keras.layers.Dense(num_classes, name="output", **initialization(fan_in))(x)
    return keras.Model(inputs, logits, name="alexnet_small")


def _normalized(x, name):
    x = batch_normalization(f"{name}_bn")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)
