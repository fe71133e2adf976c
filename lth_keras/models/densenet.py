"""DenseNet for 32×32 images (Huang, Liu, van der Maaten, Weinberger 2017)."""

import gin

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.models.initialization import he_normal
from lth_keras.models.normalization import batch_normalization
from lth_keras.models.width import scaled

_BLOCKS = 3


@gin.configurable
def densenet(input_shape, num_classes, width=1.0, initialization=he_normal, depth=40, growth=12,
             bottleneck=False):
    """DenseNet-`depth` with growth rate k: three blocks whose layers see all layers before them.

    A layer is batch normalisation, ReLU and a 3×3 convolution of k channels. With `bottleneck`
    (DenseNet-BC) a 1×1 convolution of 4k channels comes first, the transitions between blocks
    halve the channels, and the first convolution has 2k channels in place of 16. No dropout: the
    paper leaves it out where the data are augmented. Parameters on 32×32×3 inputs and 10 classes
    (table 2): 1.0M for depth 40 and k = 12, 7.0M for 100 and 12, 0.8M for BC with 100 and 12.

    Args:
      input_shape: (height, width, channels), each side at least 4.
      num_classes: number of logits.
      width: multiple of the growth rate and of the first convolution's channels.
      initialization: see `lth_keras.models.initialization`; He's normal, as in the paper.
      depth: 3n + 4 layers; with `bottleneck` 6n + 4.
      growth: k.
      bottleneck: whether it is DenseNet-BC.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].

    Raises:
      ConfigurationError: no network has that depth, or the growth rate is below 1.
    """
    layers = _layers_per_block(depth, growth, bottleneck)
    grown = scaled(growth, width)
    inputs = keras.Input(input_shape)
    x = _convolution(inputs, scaled(2 * growth if bottleneck else 16, width), 3, "conv",
                     initialization)
    for block in range(1, _BLOCKS + 1):
        if block > 1:
            name = f"transition{block - 1}"
            kept = max(1, x.shape[-1] // 2) if bottleneck else x.shape[-1]
            x = _convolution(_activated(x, name), kept, 1, name, initialization)
            x = keras.layers.AveragePooling2D(name=f"{name}_pool")(x)
        for index in range(1, layers + 1):
            x = _layer(x, f"block{block}_layer{index}", grown, bottleneck, initialization)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(_activated(x, "last"))
    logits = keras.layers.Dense(num_classes, name="output", **initialization(x.shape[-1]))(x)
    return keras.Model(inputs, logits, name=f"densenet_{depth}_{growth}")


def _layers_per_block(depth, growth, bottleneck):
    """The layers of each block; checks that there is such a network."""
    step = 2 * _BLOCKS if bottleneck else _BLOCKS
    if isinstance(depth, bool) or not isinstance(depth, int) or depth <= 4 or (depth - 4) % step:
        raise ConfigurationError(
            f"densenet.depth is {depth!r}; expected {step}n + 4 layers, such as 40 or 100"
            f"{' (with densenet.bottleneck)' if bottleneck else ''}"
        )
    if isinstance(growth, bool) or not isinstance(growth, int) or growth < 1:
        raise ConfigurationError(f"densenet.growth is {growth!r}; expected channels, at least 1")
    return (depth - 4) // step


def _layer(x, name, growth, bottleneck, initialization):
    """A layer of a block: `growth` new channels beside those of `x`."""
    y = x
    if bottleneck:
        y = _convolution(_activated(y, f"{name}_bottleneck"), 4 * growth, 1,
                         f"{name}_bottleneck", initialization)
    y = _convolution(_activated(y, name), growth, 3, name, initialization)
    return keras.layers.Concatenate(name=f"{name}_concat")([x, y])


def _activated(x, name):
    x = batch_normalization(f"{name}_bn")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)


def _convolution(x, filters, size, name, initialization):
    return keras.layers.Conv2D(filters, size, padding="same", use_bias=False, name=name,
                               **initialization(size * size * x.shape[-1]))(x)
