"""A fully convolutional network: outputs for each pixel of an image."""

import gin

from lth_keras.compat import keras
from lth_keras.models.initialization import he_normal
from lth_keras.models.width import scaled


@gin.configurable
def pixelwise(input_shape, num_classes, width=1.0, initialization=he_normal, filters=32, depth=4):
    """`depth` 3×3 convolutions at full resolution, then 1×1: for segmentation and denoising.

    Each convolution doubles how far it looks (dilations 1, 2, 4, …), so that few layers see a
    whole small image (Yu and Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions",
    ICLR 2016).

    Args:
      input_shape: (height, width, channels).
      num_classes: outputs of each pixel.
      width: multiple of all filters.
      initialization: see `lth_keras.models.initialization`.
      filters: of each convolution, before `width`.
      depth: number of convolutions.

    Returns:
      A Keras model from [batch, *input_shape] to [batch, height, width, num_classes].
    """
    inputs, channels = keras.Input(input_shape), input_shape[-1]
    x = inputs
    for index in range(depth):
        x = keras.layers.Conv2D(
            scaled(filters, width), 3, padding="same", dilation_rate=2**index, activation="relu",
            name=f"conv{index + 1}", **initialization(9 * channels))(x)
        channels = scaled(filters, width)
    outputs = keras.layers.Conv2D(
        num_classes, 1, name="output", **initialization(channels))(x)
    return keras.Model(inputs, outputs, name="pixelwise")
