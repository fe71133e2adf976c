"""One interface to both libraries, for the rebuilding; the one place that imports Keras 3."""

import collections
import contextlib
import dataclasses
import sys

import numpy as np

from lth_keras.compat import keras as tf_keras
from lth_keras.compat import tf

# The modules whose classes a layer's configuration may name.
ROOMS = ("layers", "initializers", "regularizers", "constraints")


@dataclasses.dataclass(frozen=True)
class LayerCall:
    """One use of a layer in a model's graph.

    Attributes:
      layer: the layer, a nested model, or for Keras 3 an operation that is not a layer.
      arguments, options: what it was called with, by position and by name.
      outputs: a list of the symbolic tensors that the call gave.
    """

    layer: object
    arguments: tuple
    options: dict
    outputs: list


class TfKeras:
    """Keras 2."""

    name = "tf_keras"
    keras = tf_keras

    def calls(self, model):
        """Each `LayerCall` of a functional model, inputs first."""
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                yield LayerCall(node.layer, tuple(node.call_args), node.call_kwargs,
                                tf.nest.flatten(node.outputs))

    def is_graph(self, model):
        """Whether a model is functional or Sequential, and built."""
        return bool(getattr(model, "_is_graph_network", False))

    def inputs(self, model):
        """The symbolic inputs in the structure that the model takes them in."""
        return model._nested_inputs

    def outputs(self, model):
        """The symbolic outputs in the structure that the model gives them in."""
        return model._nested_outputs

    def weights(self, layer):
        """A layer's variables, in the order in which it lists them."""
        return layer.weights

    def array(self, tensor):
        """A NumPy copy of a tensor or variable."""
        return tensor.numpy().copy()


class Keras3:
    """Keras 3, on whichever backend it runs."""

    name = "Keras 3"

    @property
    def keras(self):
        """The package."""
        import keras

        return keras

    def calls(self, model):
        """As `TfKeras`'s."""
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                yield LayerCall(node.operation, node.arguments.args, node.arguments.kwargs,
                                list(node.output_tensors))

    def is_graph(self, model):
        """As `TfKeras`'s."""
        return model.built if self._is_sequential(model) else hasattr(model, "_nodes_by_depth")

    def inputs(self, model):
        """As `TfKeras`'s."""
        return model.inputs[0] if self._is_sequential(model) else model._inputs_struct

    def outputs(self, model):
        """As `TfKeras`'s."""
        return model.outputs[0] if self._is_sequential(model) else model._outputs_struct

    def weights(self, layer):
        """As `TfKeras`'s; the states of random generators are not among them."""
        return layer.weights

    def array(self, tensor):
        """As `TfKeras`'s."""
        numbers = tensor.numpy() if hasattr(tensor, "numpy") else (
            self.keras.ops.convert_to_numpy(tensor))
        return np.array(numbers)

    def _is_sequential(self, model):
        return isinstance(model, self.keras.Sequential)


TF_KERAS, KERAS_3 = TfKeras(), Keras3()


def is_keras3(thing):
    """Whether it is a model of Keras 3. It imports nothing: without the import there is no such
    model."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(thing, getattr(keras, "Model", ()))


def is_keras3_optimizer(thing):
    """Whether it is an optimizer of Keras 3; imports nothing, as `is_keras3`."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(
        thing, getattr(getattr(keras, "optimizers", None), "Optimizer", ()))


@contextlib.contextmanager
def counted_names():
    """A context in which Keras 3 counts the names that it makes up from zero."""
    if "keras" not in sys.modules:
        yield
        return
    from keras.src.backend.common import global_state

    counts = "object_name_uids"
    before = global_state.get_global_attribute(counts)
    global_state.set_global_attribute(counts, collections.defaultdict(int))
    try:
        yield
    finally:
        global_state.set_global_attribute(counts, before)
