"""The k largest of a tensor, exactly k of them, in a form that XLA compiles once for every k."""

from lth_keras.compat import tf

# The bits of a float32 without its sign.
_BITS = 31


def largest(magnitudes, count):
    """Ones at the `count` largest entries, zeros elsewhere; of equals the later ones are kept.

    The choice is that of `criteria.prune_layerwise`, but nothing is sorted. A first search finds,
    bit by bit, the smallest magnitude that is kept; a second one finds the place from which on its
    equals are kept. Floats that are not negative have the order of their bits read as integers.

    Args:
      magnitudes: float32 tensor of a static shape, nowhere negative.
      count: int32 scalar, from 0 to the number of entries.

    Returns:
      float32 tensor of the same shape.
    """
    bits = tf.bitcast(tf.reshape(magnitudes, [-1]), tf.int32)
    least, reached = _highest(bits, tf.ones_like(bits, tf.bool), count)
    keep = tf.cond(
        reached == count, lambda: bits >= least, lambda: _with_equals(bits, least, count))
    return tf.reshape(tf.cast(keep, tf.float32), magnitudes.shape)


def _with_equals(bits, least, count):
    """All entries above `least`, and the last of those equal to it, `count` in all."""
    above, equal = bits > least, bits == least
    places = tf.range(bits.shape[0])
    first, _ = _highest(places, equal, count - _number(above))
    return above | (equal & (places >= first))


def _highest(values, among, count):
    """The highest limit that at least `count` values reach, from its highest bit on.

    Args:
      values: int32 [n], not negative.
      among: bool [n]: which of them count.
      count: int32 scalar.

    Returns:
      The limit, or a lower one that the same values reach, and how many reach it.
    """

    def next_bit(bit, limit, number):
        tried = limit + tf.bitwise.left_shift(1, bit)
        found = _number(among & (values >= tried))
        enough = found >= count
        return bit - 1, tf.where(enough, tried, limit), tf.where(enough, found, number)

    _, limit, number = tf.while_loop(
        lambda bit, limit, number: (bit >= 0) & (number != count), next_bit,
        (tf.constant(_BITS - 1), tf.constant(0), _number(among)))
    return limit, number


def _number(flags):
    return tf.reduce_sum(tf.cast(flags, tf.int32))
