"""A small Transformer encoder that classifies sequences of tokens."""

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
def token_transformer(
    input_shape, num_classes, width=1.0, initialization=glorot_uniform, vocabulary=16, units=32,
    depth=2, heads=4, mlp=2,
):
    """An encoder as BERT's (Devlin et al. 2019, arXiv 1810.04805) over tokens of one vocabulary.

    Tokens are looked up in a table, projected (the table has a width of its own, as in Lan et al.
    2020, arXiv 1909.11942) and given a learned vector for their place; `depth` blocks follow, each
    with its normalisations before its parts, and the mean over the tokens is classified. There is
    no padding: every token counts. The table is pruned only if `also_prune` names it. With the
    defaults, 49 tokens and 10 classes: 17,728 prunable weights.

    Args:
      input_shape: (tokens,); whole numbers from 0 to vocabulary − 1, as floats or integers.
      num_classes: number of logits.
      width: multiple of `units`.
      initialization: see `lth_keras.models.initialization`.
      vocabulary: number of different tokens.
      units: numbers per token; rounded to a multiple of `heads`.
      depth: encoder blocks.
      heads: attention heads of a block.
      mlp: units of a block's hidden dense layer, as a multiple of `units`.

    Returns:
      A Keras model from [batch, tokens] to logits [batch, num_classes].

    Raises:
      ConfigurationError: an example is no sequence, or a number is not positive.
    """
    check_whole("token_transformer", vocabulary=vocabulary, units=units, depth=depth, heads=heads,
                mlp=mlp)
    if len(input_shape) != 1:
        raise ConfigurationError(
            f"token_transformer takes sequences of tokens and an example has shape "
            f"{tuple(input_shape)}; expected (tokens,)"
        )
    units = units_of(units, width, heads)
    inputs = keras.Input(input_shape)
    x = keras.layers.Embedding(vocabulary, units, name="embedding")(inputs)
    x = with_positions(x, units, "positions", initialization)
    for index in range(1, depth + 1):
        x = encoder_block(x, f"block{index}", heads, mlp, initialization)
    return keras.Model(inputs, classified(x, num_classes, initialization),
                       name="token_transformer")
