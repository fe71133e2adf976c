"""LeNet-300-100 and LeNet-5, the networks of the lottery-ticket papers' small experiments."""

import math

import gin

from lth_keras.compat import keras
from lth_keras.models.initialization import fan_in_uniform
from lth_keras.models.width import scaled


@gin.configurable
def lenet_300_100(input_shape, num_classes, width=1.0, initialization=fan_in_uniform,
                  unit_length=False):
    """Fully connected 300-100 network ("FC-1" in the Distributions paper).

    266,200 prunable weights on 784 inputs and 10 classes (LTH, figure 2).

    Args:
      input_shape: shape of one example; flattened.
      num_classes: number of logits.
      width: multiple of both hidden widths.
      initialization: see `lth_keras.models.initialization`.
      unit_length: whether each example is first divided by its L2 norm, as in the code that was
        released with LTH.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].
    """
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten(name="flatten")(inputs)
    if unit_length:
        x = keras.layers.UnitNormalization(name="unit_length")(x)
    fan_in = math.prod(input_shape)
    for name, units in (("fc1", scaled(300, width)), ("fc2", scaled(100, width))):
        x = keras.layers.Dense(units, "relu", name=name, **initialization(fan_in))(x)
        fan_in = units
    logits = keras.layers.Dense(num_classes, name="output", **initialization(fan_in))(x)
    return keras.Model(inputs, logits, name="lenet_300_100")


@gin.configurable
def lenet_5(input_shape, num_classes, width=1.0, initialization=fan_in_uniform):
    """LeNet-5: two 5×5 convolutions (6 and 16 channels) with max pooling, then 120-84-classes.

    61,770 prunable weights on 32×32×3 inputs and 10 classes (the Distributions paper).

    Args:
      input_shape: (height, width, channels), each side at least 16.
      num_classes: number of logits.
      width: multiple of all channels and hidden widths.
      initialization: see `lth_keras.models.initialization`.

    Returns:
      A Keras model from [batch, *input_shape] to logits [batch, num_classes].
    """
    inputs = keras.Input(input_shape)
    x, channels = inputs, input_shape[-1]
    for name, filters in (("conv1", scaled(6, width)), ("conv2", scaled(16, width))):
        x = keras.layers.Conv2D(filters, 5, activation="relu", name=name,
                                **initialization(25 * channels))(x)
        x = keras.layers.MaxPool2D(name=f"{name}_pool")(x)
        channels = filters
    x = keras.layers.Flatten(name="flatten")(x)
    fan_in = x.shape[-1]
    for name, units in (("fc1", scaled(120, width)), ("fc2", scaled(84, width))):
        x = keras.layers.Dense(units, "relu", name=name, **initialization(fan_in))(x)
        fan_in = units
    logits = keras.layers.Dense(num_classes, name="output", **initialization(fan_in))(x)
    return keras.Model(inputs, logits, name="lenet_5")
