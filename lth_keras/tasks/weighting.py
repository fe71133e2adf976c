"""Weighted sums over the positions of a batch: a mean is the one over the other."""

from lth_keras.compat import tf


def weighted(values, weights):
    """(Σ w·v, Σ w) over all positions of a batch.

    Means are made from such pairs, so that batches of unequal weight, replicas with a part of a
    batch each, and batches without any weight add up to what the whole set gives.

    Args:
      values: float32 [batch, ...].
      weights: None for 1 everywhere; or float32 of the leading axes of `values`, such as [batch].
        Where a weight is 0 the value counts for nothing, not even where it is not a number.

    Returns:
      Two float32 scalars; the second is a Python number where it is known beforehand.
    """
    if weights is None:
        size = values.shape.num_elements()
        return tf.reduce_sum(values), (
            float(size) if size is not None else tf.cast(tf.size(values), tf.float32))
    missing = values.shape.rank - weights.shape.rank
    for _ in range(missing):
        weights = weights[..., None]
    each = tf.broadcast_to(weights, tf.shape(values)) if missing else weights
    return tf.reduce_sum(tf.where(each != 0, values * each, 0.0)), tf.reduce_sum(each)


def combined(weights, own):
    """Weights of positions: an example's times those of its positions.

    Args:
      weights: None, or float32 [batch].
      own: None, or float32 [batch, ...].
    """
    if weights is None or own is None:
        return own if weights is None else weights
    return tf.reshape(weights, [-1, *[1] * (own.shape.rank - 1)]) * own


def mean(total, weight):
    """total / weight, 0 where nothing has weight: there is nothing to learn from."""
    if isinstance(weight, float):
        return total / weight
    return tf.math.divide_no_nan(total, weight)
