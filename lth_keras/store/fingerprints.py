"""Digests that tell one configuration, and one set of variables, from another."""

import hashlib
import json

import numpy as np


def configuration_digest(configuration):
    """SHA-256 of a resolved configuration, as JSON gives it back."""
    text = json.dumps(json.loads(json.dumps(configuration)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def shapes_of(variables):
    """{key: [dtype, side, side, …]} of {key: variable or array}, as JSON."""
    return {key: [np.dtype(getattr(each.dtype, "as_numpy_dtype", each.dtype)).name, *map(
        int, each.shape)] for key, each in variables.items()}
