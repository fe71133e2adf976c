"""Batch normalisation of all networks here: one function, so that gin changes it everywhere."""

import gin

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError

_GAMMAS = ("ones", "uniform")


@gin.configurable
def batch_normalization(name, momentum=0.9, epsilon=1e-5, gamma="ones"):
    """A batch-normalisation layer (Ioffe & Szegedy 2015) over the last axis.

    The defaults are PyTorch's, with which the published figures of LMC and open_lth were made
    (its momentum of 0.1 is Keras's 0.9). Keras's own 0.99 forgets the initialisation ten times
    more slowly: rounds of a few hundred steps would be evaluated with statistics still near
    their start. γ begins at one and β at zero (Ioffe & Szegedy); LMC's code draws γ anew,
    uniformly from [0, 1), which is `gamma = 'uniform'`.

    Both moving statistics are variables of the layer, and so part of every rewind point.

    Args:
      name: the layer's name.
      momentum: share of a moving statistic that stays at each step, in [0, 1).
      epsilon: added to the variance.
      gamma: 'ones' or 'uniform'.

    Raises:
      ConfigurationError: `gamma` is neither.
    """
    if gamma not in _GAMMAS:
        raise ConfigurationError(
            f"batch_normalization.gamma is {gamma!r}; expected one of {_GAMMAS}"
        )
    start = keras.initializers.RandomUniform(0.0, 1.0) if gamma == "uniform" else "ones"
    return keras.layers.BatchNormalization(
        momentum=momentum, epsilon=epsilon, gamma_initializer=start, name=name
    )
