"""ResNet-20 and deeper ones for 32×32 images (He, Zhang, Ren, Sun 2016, section 4.2)."""

import gin

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.models.initialization import he_normal
from lth_keras.models.normalization import batch_normalization
from lth_keras.models.width import scaled

_FILTERS = (16, 32, 64)
_SHORTCUTS = ("A", "B")


@gin.configurable
def resnet(input_shape, num_classes, width=1.0, initialization=he_normal, depth=20, shortcut="B"):
    """The residual network of `depth` = 6n + 2 layers: 3 stages of n blocks, 16-32-64 channels.

    A block is convolution, batch normalisation, ReLU, convolution, batch normalisation, the sum
    with its input, ReLU. Where size and channels change, the shortcut is He et al.'s option A
    (every second pixel, new channels zero; what they used on CIFAR-10) or option B (a 1×1
    convolution with batch normalisation). LTH and LMC, and their code open_lth, use B: 270,896
    prunable weights at depth 20, of which 270,256 in convolutions (LTH, figure 2: 274K and 270K);
    A has 268,336.

    Args:
      input_shape: (height, width, channels).
      num_classes: number of logits.
      width: multiple of all channels.
      initialization: see `lth_keras.models.initialization`; He's normal, as in the paper.
      depth: 8, 14, 20, 26, …
      shortcut: 'A' or 'B'.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].

    Raises:
      ConfigurationError: no network has that depth, or that shortcut.
    """
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 8 or depth % 6 != 2:
        raise ConfigurationError(
            f"resnet.depth is {depth!r}; expected 6n + 2 layers: 8, 14, 20, 32, 44, 56, 110, …"
        )
    if shortcut not in _SHORTCUTS:
        raise ConfigurationError(f"resnet.shortcut is {shortcut!r}; expected one of {_SHORTCUTS}")
    inputs = keras.Input(input_shape)
    x = _convolved(inputs, scaled(_FILTERS[0], width), 3, 1, "conv", initialization)
    x = keras.layers.ReLU(name="conv_relu")(x)
    for stage, full_filters in enumerate(_FILTERS, start=1):
        for index in range(1, (depth - 2) // 6 + 1):
            stride = 2 if stage > 1 and index == 1 else 1
            x = _block(x, scaled(full_filters, width), stride, f"stage{stage}_block{index}",
                       shortcut, initialization)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    logits = keras.layers.Dense(num_classes, name="output", **initialization(x.shape[-1]))(x)
    return keras.Model(inputs, logits, name=f"resnet_{depth}")


def _block(x, filters, stride, name, shortcut, initialization):
    y = _convolved(x, filters, 3, stride, f"{name}_conv1", initialization)
    y = keras.layers.ReLU(name=f"{name}_conv1_relu")(y)
    y = _convolved(y, filters, 3, 1, f"{name}_conv2", initialization)
    if stride > 1 and shortcut == "B":
        x = _convolved(x, filters, 1, stride, f"{name}_shortcut", initialization)
    elif stride > 1:
        x = _subsampled(x, filters, stride, f"{name}_shortcut")
    # `x + y` would become a layer with a name that Keras makes up.
    x = keras.layers.Add(name=f"{name}_add")([x, y])
    return keras.layers.ReLU(name=f"{name}_relu")(x)


def _convolved(x, filters, size, stride, name, initialization):
    padding = "same"
    if stride > 1 and size > 1:
        # With stride 2 Keras's 'same' pads only below and to the right: the convolution would then
        # be centred one pixel away from the pixels that the shortcut takes.
        x = keras.layers.ZeroPadding2D(size // 2, name=f"{name}_pad")(x)
        padding = "valid"
    x = keras.layers.Conv2D(filters, size, stride, padding, use_bias=False, name=name,
                            **initialization(size * size * x.shape[-1]))(x)
    return batch_normalization(f"{name}_bn")(x)


def _subsampled(x, filters, stride, name):
    """Every `stride`-th pixel, with channels of zeros added, half of them on either side."""
    new = filters - x.shape[-1]
    x = keras.layers.MaxPool2D(1, stride, name=f"{name}_subsample")(x)
    if not new:
        return x
    # Channels are moved to the place of rows and padded there. A custom layer would be shorter, but
    # other programs could not load it.
    x = keras.layers.Permute((3, 1, 2), name=f"{name}_first")(x)
    x = keras.layers.ZeroPadding2D(((new // 2, new - new // 2), (0, 0)), name=f"{name}_pad")(x)
    return keras.layers.Permute((2, 3, 1), name=f"{name}_last")(x)
