"""Uniform draws for the gates, cheap enough to be made for every weight at every update."""

import functools
import math

from lth_keras.compat import tf

# The two multipliers of MurmurHash3's 32-bit finalizer (Appleby, public domain), and 2³² / φ.
_FIRST, _SECOND, _STRIDE = 0x85EBCA6B, 0xC2B2AE35, 0x9E3779B9


def uniform_draws(shape, seed):
    """float32 of `shape` in [0, 1): a hash of each place and the seed, 24 bits each.

    TensorFlow's own stateless generator takes, compiled by XLA for a CPU, ten times as long as the
    whole update of a small network. A gate needs only that its draws are uniform, and independent
    between places and between updates.

    Args:
      shape: static.
      seed: int32 tensor [2].
    """
    places = tf.cast(tf.range(math.prod(shape)), tf.uint32)
    keys = tf.bitcast(seed, tf.uint32)
    mixed = _mixed(places * _constant(_STRIDE) + keys[0])
    mixed = _mixed(tf.bitwise.bitwise_xor(mixed, keys[1]))
    draws = tf.cast(tf.bitwise.right_shift(mixed, _constant(8)), tf.float32) * 2.0**-24
    return tf.reshape(draws, shape)


def _mixed(values):
    for shift, factor in ((16, _FIRST), (13, _SECOND), (16, None)):
        values = tf.bitwise.bitwise_xor(values, tf.bitwise.right_shift(values, _constant(shift)))
        if factor is not None:
            values *= _constant(factor)
    return values


_constant = functools.partial(tf.constant, dtype=tf.uint32)
