"""Networks as points: dicts of weights as one flat vector, and back. Pure NumPy."""

import numpy as np

from lth_keras.errors import ConfigurationError


class WeightLayout:
    """The order in which a network's variables lie in a flat vector.

    Args:
      shapes: {key: shape} of every variable, in the model's order.
      keys: the variables that the vector holds, in this order; None for all.
    """

    def __init__(self, shapes, keys=None):
        self.shapes = {key: tuple(shapes[key]) for key in (shapes if keys is None else keys)}
        self.sizes = [int(np.prod(shape)) for shape in self.shapes.values()]
        self.size = sum(self.sizes)

    def flatten(self, weights):
        """float32 [size] of {key: array}.

        Raises:
          ConfigurationError: a variable is missing or has another shape.
        """
        for key, shape in self.shapes.items():
            if key not in weights or weights[key].shape != shape:
                own = weights[key].shape if key in weights else "nothing"
                raise ConfigurationError(
                    f"the weights have {own} at {key!r}; the network needs shape {shape}: was "
                    "the model's function changed since the run?"
                )
        return np.concatenate([
            np.asarray(weights[key], np.float32).ravel() for key in self.shapes
        ])

    def unflatten(self, vector):
        """{key: array} of a vector [size]."""
        parts = np.split(vector, np.cumsum(self.sizes)[:-1])
        return {
            key: part.reshape(shape)
            for (key, shape), part in zip(self.shapes.items(), parts, strict=True)
        }

    def kept(self, masks):
        """bool [size]: True for kept weights, also for variables without a mask (biases, …)."""
        return np.concatenate([
            (masks[key] if key in masks else np.ones(shape, bool)).ravel()
            for key, shape in self.shapes.items()
        ])


class KeptSubspace:
    """The weights that a mask keeps, as a subspace: a Hessian can be restricted to it.

    Args:
      kept: bool [size].
    """

    def __init__(self, kept):
        self.indices = np.flatnonzero(kept)
        self.full_size = kept.size
        self.size = self.indices.size

    def embed(self, vector):
        """float32 [full_size] with zeros where nothing is kept."""
        full = np.zeros(self.full_size, np.float32)
        full[self.indices] = vector
        return full

    def restrict(self, vector):
        """The kept entries of [full_size]."""
        return vector[self.indices]

    def operator(self, product):
        """v [size] -> P H Pᵀ v, given full H's `product`."""
        return lambda vector: self.restrict(product(self.embed(vector)))
