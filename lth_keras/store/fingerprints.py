"""What tells a network's configuration, and its variables, from any other's."""

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
