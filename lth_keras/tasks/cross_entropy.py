"""Softmax cross-entropy and hits at each position, from logits."""

from lth_keras.compat import tf


def cross_entropy(labels, logits):
    """Cross-entropy at each position: int32 [batch, ...], logits [batch, ..., C]."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, tf.cast(logits, tf.float32))


def smoothed(labels, logits, smoothing):
    """Cross-entropy with the target (1 − ε)·one-hot + ε/C, at each position."""
    logits = tf.cast(logits, tf.float32)
    uniform = tf.reduce_logsumexp(logits, -1) - tf.reduce_mean(logits, -1)
    return (1 - smoothing) * cross_entropy(labels, logits) + smoothing * uniform


def hits(labels, logits):
    """1.0 at each position where the label has the highest logit, the first of equals; else 0.

    Logits among which is NaN are no hit.
    """
    predicted = tf.argmax(logits, axis=-1, output_type=tf.int32)
    return tf.cast((predicted == labels) & _are_numbers(logits), tf.float32)


def in_top_5(labels, logits):
    """1.0 at each position where the label is among the five highest logits; else 0.0.

    Of equal logits the first are the highest, and NaN is no hit, as in `hits`.
    """
    logits, place = tf.cast(logits, tf.float32), labels[..., None]
    own = tf.gather(logits, place, axis=-1, batch_dims=labels.shape.rank)
    first_of_equals = (logits == own) & (tf.range(tf.shape(logits)[-1], dtype=labels.dtype) < place)
    above = tf.reduce_sum(tf.cast((logits > own) | first_of_equals, tf.int32), -1)
    return tf.cast((above < 5) & _are_numbers(logits), tf.float32)


def _are_numbers(logits):
    """Whether no logit is NaN, at each position; −∞ is how a model rules a class out.

    Nothing is above NaN, and of nothing but NaN the first is the highest: without this check a
    network that has diverged would be right.
    """
    return ~tf.reduce_any(tf.math.is_nan(logits), -1)
