"""Weighted sums over the positions of a batch; a mean is the quotient of two such sums."""

from lth_keras.compat import tf


def weighted(values, weights):
    """(Σ w·v, Σ w) over all positions of a batch.

    A mean is made from the sums of such pairs. So batches of unequal weight, parts of a batch on
    several replicas, and batches without any weight together give the mean of the whole set.

    Args:
      values: float32 [batch, ...].
      weights: None for 1 everywhere; or float32 of the leading axes of `values`, such as [batch].
        A value with the weight 0 is left out, even if it is NaN.

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
    """Weights of positions: the example's weight times the position's.

    Args:
      weights: None, or float32 [batch].
      own: None, or float32 [batch, ...].
    """
    if weights is None or own is None:
        return own if weights is None else weights
    return tf.reshape(weights, [-1, *[1] * (own.shape.rank - 1)]) * own


def mean(total, weight):
    """total / weight; 0 where the weight is 0, because there is nothing to learn from."""
    if isinstance(weight, float):
        return total / weight
    return tf.math.divide_no_nan(total, weight)
