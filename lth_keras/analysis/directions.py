"""Directions to cut a loss surface along. Pure NumPy."""

import numpy as np

from lth_keras.errors import ConfigurationError


def filter_normalised(weights, keys, generator, masks=None, unit_axes=None):
    """A random direction with each filter as long as the network's own (Li et al. 2018).

    A filter is what leads to one unit: a column of a dense kernel [in, out], one output's whole
    window of a convolution. All other variables get the direction 0, as in the paper (1712.09913).

    Args:
      weights: {key: array} of the network in the centre.
      keys: the trainable variables.
      generator: np.random.Generator.
      masks: where given, pruned weights stay where they are.
      unit_axes: {key: the axes along which units lie}, as `pruning.kernels.unit_axes` gives them;
        the last one of a key that is not in it.

    Returns:
      {key: array} of every variable.
    """
    direction = {}
    for key, array in weights.items():
        units = (unit_axes or {}).get(key, (array.ndim - 1,))
        axes = tuple(axis for axis in range(array.ndim) if axis not in units)
        if key not in keys or not axes:
            direction[key] = np.zeros_like(array)
            continue
        drawn = generator.standard_normal(array.shape)
        if masks and key in masks:
            drawn = drawn * masks[key]
        length = np.sqrt((drawn**2).sum(axes, keepdims=True))
        own = np.sqrt((array.astype(np.float64) ** 2).sum(axes, keepdims=True))
        scale = np.divide(own, length, out=np.zeros_like(own), where=length > 0)
        direction[key] = (drawn * scale).astype(array.dtype)
    return direction


def plane(origin, second, third):
    """Two orthonormal directions of the plane through three points, and the points in it.

    Args:
      origin, second, third: [size].

    Returns:
      (directions [2, size], coordinates [3, 2]); origin is (0, 0), second lies on the first axis.

    Raises:
      ConfigurationError: the points lie on one line.
    """
    across = (second - origin).astype(np.float64)
    up = (third - origin).astype(np.float64)
    length = np.linalg.norm(across)
    if length > 0:
        across /= length
    up_length = np.linalg.norm(up)
    up -= across * (across @ up)
    height = np.linalg.norm(up)
    if length == 0 or height <= 1e-6 * up_length:
        raise ConfigurationError("the three networks lie on one line; expected three that do not")
    directions = np.stack([across, up / height])
    points = np.stack([origin, second, third]) - origin
    return directions.astype(np.float32), points.astype(np.float64) @ directions.T


def coordinates(points, centre, directions):
    """Least-squares coordinates [n, k] of `points` [n, size] in `directions` [k, size]."""
    system = directions.astype(np.float64)
    rest = (points - centre).astype(np.float64)
    return np.linalg.solve(system @ system.T, system @ rest.T).T
