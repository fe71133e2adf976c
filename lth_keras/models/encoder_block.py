"""The encoder block of both transformers: attention, then two dense layers."""

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError

# ε of both normalisations, as in the code of the Vision Transformer's authors.
EPSILON = 1e-6


def encoder_block(x, name, heads, mlp, initialization):
    """x + attention(norm(x)), then that + dense(gelu(dense(norm(·)))).

    The encoder block of Vaswani et al. 2017 (arXiv 1706.03762) with each normalisation before the
    part that it belongs to, as in the Vision Transformer (Dosovitskiy et al. 2021, figure 1).

    Args:
      x: [batch, tokens, units].
      name: put before the layers' names.
      heads: attention heads; units is a multiple of it.
      mlp: units of the hidden dense layer, as a multiple of x's.
      initialization: see `lth_keras.models.initialization`.

    Returns:
      [batch, tokens, units].
    """
    units = x.shape[-1]
    y = keras.layers.LayerNormalization(epsilon=EPSILON, name=f"{name}_norm1")(x)
    # Query, key and value are three kernels: each has a mask of its own.
    y = keras.layers.MultiHeadAttention(
        heads, units // heads, name=f"{name}_attention", **initialization(units))(y, y)
    x = keras.layers.Add(name=f"{name}_add1")([x, y])
    y = keras.layers.LayerNormalization(epsilon=EPSILON, name=f"{name}_norm2")(x)
    y = keras.layers.Dense(mlp * units, "gelu", name=f"{name}_fc1", **initialization(units))(y)
    y = keras.layers.Dense(units, name=f"{name}_fc2", **initialization(mlp * units))(y)
    return keras.layers.Add(name=f"{name}_add2")([x, y])


def with_positions(x, units, name, initialization):
    """Each token projected to `units`, plus a learned vector for its place in the sequence.

    One layer does both: the bias of an `EinsumDense` can be different at each place. A table that
    is looked up at constant places would not be a layer of the functional model. The vectors are
    drawn from a normal distribution with a standard deviation of 0.02, as in the Vision
    Transformer. They are a bias, and so never pruned.

    Args:
      x: [batch, tokens, entries].
      units: size of a token after the projection.
      name: the layer's name.
      initialization: of its kernel.

    Returns:
      [batch, tokens, units].
    """
    kernel = initialization(x.shape[-1])["kernel_initializer"]
    return keras.layers.EinsumDense(
        "bte,eu->btu", (x.shape[1], units), bias_axes="tu", kernel_initializer=kernel,
        bias_initializer=keras.initializers.RandomNormal(stddev=0.02), name=name)(x)


def classified(x, num_classes, initialization):
    """Logits [batch, classes] of tokens [batch, tokens, units]: normalised, averaged, projected.

    The mean over the tokens does as well as an extra class token, and is simpler
    (Beyer, Zhai, Kolesnikov 2022, arXiv 2205.01580).
    """
    x = keras.layers.LayerNormalization(epsilon=EPSILON, name="norm")(x)
    x = keras.layers.GlobalAveragePooling1D(name="pool")(x)
    return keras.layers.Dense(num_classes, name="output", **initialization(x.shape[-1]))(x)


def units_of(units, width, heads):
    """`units` times the width multiple, rounded to a multiple of the heads."""
    return heads * max(1, round(units * width / heads))


def check_whole(model, **values):
    """Checks that each value is a whole number of at least 1.

    Raises:
      ConfigurationError: one is not.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ConfigurationError(
                f"{model}.{name} is {value!r}; expected a whole number, at least 1")
