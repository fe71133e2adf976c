"""A language model of convolutions that look back only."""

import gin

from lth_keras.compat import keras
from lth_keras.models.initialization import he_normal
from lth_keras.models.width import scaled


@gin.configurable
def causal_convolutions(input_shape, num_classes, width=1.0, initialization=he_normal, filters=64,
                        depth=4):
    """An embedding, then `depth` causal convolutions of three places, then the next token's logits.

    With dilations 1, 2, 4, … the output at place t depends on 2^(depth+1) − 1 tokens, the last of
    which is t (van den Oord et al., "WaveNet", arXiv 1609.03499, without its gates).

    Args:
      input_shape: (T,), tokens as whole numbers.
      num_classes: number of different tokens.
      width: multiple of all filters.
      initialization: see `lth_keras.models.initialization`.
      filters: of each convolution, before `width`.
      depth: number of convolutions.

    Returns:
      A Keras model from [batch, T] to logits [batch, T, num_classes].
    """
    inputs, channels = keras.Input(input_shape), scaled(filters, width)
    x = keras.layers.Embedding(num_classes, channels, name="embedding")(inputs)
    for index in range(depth):
        x = keras.layers.Conv1D(
            channels, 3, padding="causal", dilation_rate=2**index, activation="relu",
            name=f"conv{index + 1}", **initialization(3 * channels))(x)
    logits = keras.layers.Dense(num_classes, name="output", **initialization(channels))(x)
    return keras.Model(inputs, logits, name="causal_convolutions")
