"""VGG-16 and VGG-19 with batch normalisation, for 32×32 images (LTH, LMC)."""

import gin

from lth_keras.compat import keras
from lth_keras.models.initialization import he_normal
from lth_keras.models.normalization import batch_normalization
from lth_keras.models.width import scaled

_FILTERS = (64, 128, 256, 512, 512)


@gin.configurable
def vgg_16(input_shape, num_classes, width=1.0, initialization=he_normal):
    """VGG-16 as LMC and open_lth have it for CIFAR-10: 13 convolutions and one linear layer.

    Stacks of 2, 2, 3, 3, 3 convolutions (Simonyan & Zisserman 2015, configuration D), each
    followed by batch normalisation and ReLU, max pooling between stacks, and in place of the
    three dense layers a global average and one linear layer. 14,715,584 prunable weights on
    32×32×3 inputs and 10 classes. Convolutions have biases, as open_lth's.

    Args:
      input_shape: (height, width, channels), each side at least 16.
      num_classes: number of logits.
      width: multiple of all channels.
      initialization: see `lth_keras.models.initialization`; open_lth's is He's normal.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].
    """
    return _vgg("vgg_16", (2, 2, 3, 3, 3), input_shape, num_classes, width, initialization)


@gin.configurable
def vgg_19(input_shape, num_classes, width=1.0, initialization=he_normal):
    """VGG-19 (configuration E): stacks of 2, 2, 4, 4, 4; otherwise as `vgg_16`.

    20,024,000 prunable weights on 32×32×3 inputs and 10 classes (LTH, figure 2: 20.0M).
    """
    return _vgg("vgg_19", (2, 2, 4, 4, 4), input_shape, num_classes, width, initialization)


def _vgg(name, stacks, input_shape, num_classes, width, initialization):
    inputs = keras.Input(input_shape)
    x, channels = inputs, input_shape[-1]
    for stack, (depth, full_filters) in enumerate(zip(stacks, _FILTERS, strict=True), start=1):
        filters = scaled(full_filters, width)
        if stack > 1:
            x = keras.layers.MaxPool2D(name=f"stack{stack - 1}_pool")(x)
        for index in range(1, depth + 1):
            layer = f"stack{stack}_conv{index}"
            x = keras.layers.Conv2D(filters, 3, padding="same", name=layer,
                                    **initialization(9 * channels))(x)
            x = batch_normalization(f"{layer}_bn")(x)
            x = keras.layers.ReLU(name=f"{layer}_relu")(x)
            channels = filters
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    logits = keras.layers.Dense(num_classes, name="output", **initialization(channels))(x)
    return keras.Model(inputs, logits, name=name)
