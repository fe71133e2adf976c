"""Initialisations: from a layer's fan-in to the initializers of its kernel and its biases.

Each is a function `fan_in -> {'kernel_initializer': …, 'bias_initializer': …}`, so that a model
takes one argument, `initialization`, and gin binds it: `lenet_300_100.initialization =
@glorot_uniform`.
"""

import math

import gin

from lth_keras.compat import keras


@gin.configurable
def fan_in_uniform(fan_in):
    """Uniform in ±1/√fan_in for kernels and biases alike: PyTorch's default for such layers."""
    bound = 1.0 / math.sqrt(fan_in)
    return {
        # The limit is √(3·scale/fan_in): with a scale of 1/3 it is 1/√fan_in.
        "kernel_initializer": keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform"),
        "bias_initializer": keras.initializers.RandomUniform(-bound, bound),
    }


@gin.configurable
def glorot_uniform(fan_in):
    """Uniform in ±√(6/(fan_in + fan_out)), biases zero (Glorot & Bengio 2010)."""
    del fan_in  # Keras reads it off the kernel; the biases don't need it.
    return {"kernel_initializer": keras.initializers.GlorotUniform(), "bias_initializer": "zeros"}


@gin.configurable
def glorot_normal(fan_in):
    """Gaussian with variance 2/(fan_in + fan_out), truncated at two σ, biases zero."""
    del fan_in
    return {"kernel_initializer": keras.initializers.GlorotNormal(), "bias_initializer": "zeros"}


@gin.configurable
def he_normal(fan_in):
    """Gaussian with variance 2/fan_in, truncated at two σ, biases zero (He et al. 2015)."""
    del fan_in
    return {"kernel_initializer": keras.initializers.HeNormal(), "bias_initializer": "zeros"}
