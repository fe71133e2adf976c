"""The residual MLP with which MNIST-1D's lottery tickets were found."""

import math

import gin

from lth_keras.compat import keras
from lth_keras.models.initialization import fan_in_uniform
from lth_keras.models.width import scaled


@gin.configurable
def residual_mlp(input_shape, num_classes, width=1.0, initialization=fan_in_uniform, hidden=500):
    """Inputs-500-500-classes, with a residual connection around the second layer.

    h₁ = relu(W₁x + b₁), h₂ = h₁ + relu(W₂h₁ + b₂), logits = W₃h₂ + b₃ (Greydanus & Kobak,
    arXiv 2011.14439, in their notebook on lottery tickets, which keeps PyTorch's default
    initialisation). 275,000 prunable weights on 40 inputs and 10 classes; the notebook prunes
    the 1,010 biases along with their layers' weights, which is not done here.

    Args:
      input_shape: shape of one example; flattened.
      num_classes: number of logits.
      width: multiple of the hidden width.
      initialization: see `lth_keras.models.initialization`.
      hidden: units of both hidden layers.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].
    """
    units = scaled(hidden, width)
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten(name="flatten")(inputs)
    x = keras.layers.Dense(units, "relu", name="fc1", **initialization(math.prod(input_shape)))(x)
    y = keras.layers.Dense(units, "relu", name="fc2", **initialization(units))(x)
    x = keras.layers.Add(name="add")([x, y])
    logits = keras.layers.Dense(num_classes, name="output", **initialization(units))(x)
    return keras.Model(inputs, logits, name="residual_mlp")
