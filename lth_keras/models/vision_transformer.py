"""The Vision Transformer, small enough for small images."""

import gin

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.models.encoder_block import (
    check_whole,
    classified,
    encoder_block,
    units_of,
    with_positions,
)
from lth_keras.models.initialization import glorot_uniform


@gin.configurable
def vision_transformer(
    input_shape, num_classes, width=1.0, initialization=glorot_uniform, patch=7, units=64, depth=4,
    heads=4, mlp=2,
):
    """A Vision Transformer (Dosovitskiy et al. 2021, arXiv 2010.11929) without a class token.

    The image is cut into patches; each is projected to a token, to which a learned vector for its
    place is added; `depth` encoder blocks follow, and the mean over the tokens is classified. With
    the defaults, 28×28×1 inputs and 10 classes: 134,848 prunable weights.

    Args:
      input_shape: (height, width, channels), both sides multiples of `patch`.
      num_classes: number of logits.
      width: multiple of `units`.
      initialization: see `lth_keras.models.initialization`; the paper's is Glorot's, uniform.
      patch: side of a patch, in pixels.
      units: numbers per token; rounded to a multiple of `heads`.
      depth: encoder blocks.
      heads: attention heads of a block.
      mlp: units of a block's hidden dense layer, as a multiple of `units`.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].

    Raises:
      ConfigurationError: the image is not cut into whole patches, or a number is not positive.
    """
    check_whole("vision_transformer", patch=patch, units=units, depth=depth, heads=heads, mlp=mlp)
    if len(input_shape) != 3 or input_shape[0] % patch or input_shape[1] % patch:
        raise ConfigurationError(
            f"vision_transformer.patch is {patch!r} and an example has shape {tuple(input_shape)}; "
            "expected (height, width, channels) with both sides multiples of the patch"
        )
    inputs = keras.Input(input_shape)
    x = with_positions(_patches(inputs, patch), units_of(units, width, heads), "patches",
                       initialization)
    for index in range(1, depth + 1):
        x = encoder_block(x, f"block{index}", heads, mlp, initialization)
    return keras.Model(inputs, classified(x, num_classes, initialization),
                       name="vision_transformer")


def _patches(images, patch):
    """[batch, patches, pixels of a patch] of [batch, height, width, channels]."""
    height, width, channels = images.shape[1:]
    rows, columns = height // patch, width // patch
    x = keras.layers.Reshape((rows, patch, columns, patch * channels), name="cut")(images)
    x = keras.layers.Permute((1, 3, 2, 4), name="patch_by_patch")(x)
    return keras.layers.Reshape((rows * columns, patch * patch * channels), name="flatten")(x)
