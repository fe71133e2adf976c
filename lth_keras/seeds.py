"""Seeds by name: each use of chance in a trial has its own, so that a new one changes no other."""

import hashlib

import numpy as np


def derive(seed: int, *names: object) -> int:
    """A seed in [0, 2^63) for one use of chance.

    Args:
      seed: the trial's seed.
      *names: what it is for: 'initialisation', 'data order', ('mask', 'remask@06'), …
    """
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *names: object) -> np.random.Generator:
    """The np.random.Generator of one use of chance; counter-based, the same on any machine."""
    return np.random.Generator(np.random.Philox(key=derive(seed, *names)))
