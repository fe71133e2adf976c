"""Checks on one batch that a model and its twin compute the same."""

import hashlib

import numpy as np

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError

# Allowed difference, as a share of the largest output: the two may add in another order.
_TOLERANCE = 1e-4
_EXAMPLES = 2
# The length of a side that the model leaves open.
_SIDE = 32
_tried = set()


def check_same_outputs(model, twin, source, target):
    """Compares the outputs of `model` and `twin` in inference, on numbers drawn from a seed.

    A process tests each architecture once, although each trial and each draw builds it anew.

    Raises:
      ConfigurationError: they differ by more than rounding.
    """
    own = model if source.name == "tf_keras" else twin
    architecture = hashlib.sha256(f"{source.name} {own.to_json()}".encode()).hexdigest()
    if architecture in _tried:
        return
    given = _batch(source.inputs(model), _largest_index(own))
    outputs = [
        [library.array(each) for each in tf.nest.flatten(network(given, training=False))]
        for network, library in ((model, source), (twin, target))
    ]
    for of_model, of_twin in zip(*outputs, strict=True):
        limit = _TOLERANCE * max(1.0, float(np.max(np.abs(of_model), initial=0)))
        difference = float(np.max(np.abs(of_model - of_twin), initial=0))
        if of_model.shape != of_twin.shape or not difference <= limit:
            raise ConfigurationError(
                f"the {source.name} model {model.name!r} and its twin in {target.name} differ by "
                f"{difference:.3g} in an output on the same batch, at most {limit:.3g} is "
                "rounding; a layer or an activation means something else there (such as "
                "'hard_sigmoid'): replace it"
            )
    _tried.add(architecture)


def _batch(inputs, largest):
    """Arrays for the symbolic inputs: whole numbers if the model has an `Embedding`."""
    random = np.random.default_rng(0)

    def drawn(tensor):
        shape = (_EXAMPLES, *(_SIDE if side is None else side for side in tensor.shape[1:]))
        kind = np.dtype(getattr(tensor.dtype, "name", tensor.dtype))
        if largest is not None or kind.kind != "f":
            numbers = random.integers(0, 2 if largest is None else largest, shape)
            numbers[0, ..., shape[-1] // 2:] = 0  # The second half is padding.
            return numbers.astype(kind)
        return random.normal(size=shape).astype(kind)

    return tf.nest.map_structure(drawn, inputs)


def _largest_index(model):
    """Number of entries of the smallest `Embedding`; None without one."""
    sizes = [each.input_dim for each in model.submodules if type(each).__name__ == "Embedding"]
    return min(sizes, default=None)
