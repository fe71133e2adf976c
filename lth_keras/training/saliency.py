"""Gradients of a network for pruning criteria, computed on demand."""

import dataclasses

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training.layer_chance import LayerChance
from lth_keras.variables import named_variables

# Variables that are added: synaptic flow uses only those that multiply.
_ADDED = ("bias", "beta", "moving_mean")
# Synaptic flow is proportional to its input: a power of two costs no digit and keeps the product of
# many layers within float32.
_FLOW_INPUT = 2.0**-40


class Saliency:
    """Gradients of one architecture with respect to its prunable weights, compiled once.

    Nothing is built before weights are loaded, because most criteria need no gradients.

    Batch normalisation takes the statistics of the batch, as it does in training.

    Args:
      make: function without arguments that gives a new plain Keras model; its variables are
        overwritten.
      keys: of the prunable weights.
      data: `LoadedData`, whose training examples are drawn from.
      batch_size: examples per step; any gives the same numbers but for rounding, and but for
        batch normalisation.
    """

    def __init__(self, make, keys, data, batch_size):
        self._make = make
        self._model = None
        self._keys = tuple(keys)
        self._data = data
        self._batch_size = batch_size

    def _build(self):
        self._model = self._make()
        self._chance = LayerChance(self._model)
        self._variables = named_variables(self._model)
        self._kernels = [self._variables[key] for key in self._keys]
        data = self._data
        images = tf.TensorSpec([None, *data.input_shape], tf.float32)
        labels = tf.TensorSpec([None, *data.labels.shape[1:]], data.labels.dtype)
        examples = [images, labels, tf.TensorSpec([None], tf.float32)]
        scalar = tf.TensorSpec([], tf.float32)
        vectors = [tf.TensorSpec(kernel.shape, tf.float32) for kernel in self._kernels]
        self._gradient = tf.function(self._loss_gradient, [*examples, scalar])
        self._product = tf.function(self._hessian_product, [*examples, scalar, vectors])
        self._flow = tf.function(self._flow_gradient, [])

    def probe(self, weights, masks, generator):
        """The `Probe` of the network with these weights under these masks."""
        return Probe(self, masks_lib.apply(masks, weights), masks, generator)

    def load(self, weights):
        """Assigns weights; this also removes batch statistics of earlier computations."""
        if self._model is None:
            self._build()
        for key, variable in self._variables.items():
            variable.assign(weights[key])

    def examples(self, count, generator):
        """`count` training examples, drawn without replacement: normalised images, labels, weights.

        Raises:
          ConfigurationError: there are not so many.
        """
        start, stop = self._data.splits["train"]
        if count > stop - start:
            raise ConfigurationError(
                f"the criterion wants {count} training examples; {self._data.name} has "
                f"{stop - start}: ask for fewer"
            )
        chosen = np.sort(start + generator.permutation(stop - start)[:count])
        data = self._data
        weights = np.ones(count, np.float32) if data.weights is None else data.weights[chosen]
        return data.normalize(data.images[chosen]), data.labels[chosen], weights

    def mean_gradient(self, examples, temperature):
        """{key: gradient of the mean loss over `examples`}."""
        return self._mean(self._gradient, examples, tf.constant(temperature))

    def mean_hessian_product(self, examples, temperature, vectors):
        """{key: H v}, v = `vectors` {key: array}, H the Hessian of the mean loss."""
        held = [tf.constant(vectors[key], tf.float32) for key in self._keys]
        return self._mean(self._product, examples, tf.constant(temperature), held)

    def flow(self):
        """{key: ∂R/∂w} of R, the sum of outputs for an input of ones, float64."""
        return {
            key: np.asarray(value, np.float64) / _FLOW_INPUT
            for key, value in zip(self._keys, self._flow(), strict=True)
        }

    def _mean(self, function, examples, *arguments):
        totals, count = [np.zeros(kernel.shape) for kernel in self._kernels], 0.0
        for first in range(0, len(examples[0]), self._batch_size):
            part = slice(first, first + self._batch_size)
            sums, weight = function(*(each[part] for each in examples), *arguments)
            count += float(weight)
            for total, value in zip(totals, sums, strict=True):
                total += value.numpy()
        if not count:
            raise RunError(
                f"the {len(examples[0])} training examples that the criterion drew have no weight; "
                "give it more examples, or use another criterion"
            )
        return {key: total / count for key, total in zip(self._keys, totals, strict=True)}

    def _loss(self, images, labels, weights, temperature):
        with self._chance.at(tf.constant([0, 0])):  # So that scores are always the same.
            outputs = self._model(images, training=True)
        return self._data.task.loss(labels, outputs / temperature, weights)

    def _loss_gradient(self, images, labels, weights, temperature):
        with tf.GradientTape() as tape:
            loss, weight = self._loss(images, labels, weights, temperature)
        return _dense(tape.gradient(loss, self._kernels, unconnected_gradients="zero")), weight

    def _hessian_product(self, images, labels, weights, temperature, vectors):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                loss, weight = self._loss(images, labels, weights, temperature)
            gradients = _dense(
                inner.gradient(loss, self._kernels, unconnected_gradients="zero"))
            along = tf.add_n([tf.reduce_sum(g * v) for g, v in zip(gradients, vectors)])
        return _dense(
            outer.gradient(along, self._kernels, unconnected_gradients="zero")), weight

    def _flow_gradient(self):
        ones = tf.fill([1, *self._data.input_shape], _FLOW_INPUT)
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(self._model(ones, training=False))
        return _dense(tape.gradient(total, self._kernels, unconnected_gradients="zero"))


def _dense(gradients):
    """An embedding's gradient comes as the rows that were looked up."""
    return [tf.convert_to_tensor(each) for each in gradients]


@dataclasses.dataclass(frozen=True)
class Probe:
    """One network for which a criterion can compute gradients; each is computed at its call.

    Attributes:
      saliency: `Saliency` of its architecture.
      weights: {key: array} of every variable, masks applied.
      masks: {key: bool array}.
      generator: np.random.Generator that draws the examples.
    """

    saliency: Saliency
    weights: dict
    masks: dict
    generator: np.random.Generator

    def gradient(self, examples):
        """{key: g}, the gradient of the mean loss over `examples` training examples.

        Raises:
          ConfigurationError: there are not so many examples.
          RunError: it is not finite.
        """
        drawn = self.saliency.examples(examples, self.generator)
        self.saliency.load(self.weights)
        return _finite(self.saliency.mean_gradient(drawn, 1.0), "gradient")

    def hessian_gradient(self, examples, temperature=1.0):
        """{key: H g}, both over the same examples, the outputs divided by `temperature`.

        Errors as for `gradient`.
        """
        drawn = self.saliency.examples(examples, self.generator)
        self.saliency.load(self.weights)
        gradient = self.saliency.mean_gradient(drawn, temperature)
        # A pruned weight is not a part of the network, so its gradient does not count.
        gradient = {key: np.where(self.masks[key], gradient[key], 0.0) for key in gradient}
        self.saliency.load(self.weights)
        return _finite(
            self.saliency.mean_hessian_product(drawn, temperature, gradient),
            "Hessian-gradient product",
        )

    def synaptic_flow(self):
        """{key: ∂R/∂|w|}, with the absolute values of all weights, and 0 for biases and the like.

        Raises:
          RunError: it is not finite.
        """
        self.saliency.load({
            key: np.zeros_like(value) if key.rsplit("/", 1)[-1] in _ADDED else np.abs(value)
            for key, value in self.weights.items()
        })
        return _finite(self.saliency.flow(), "synaptic flow")


def _finite(arrays, name):
    for key, array in arrays.items():
        if not np.isfinite(array).all():
            raise RunError(
                f"{key}: the {name} is not finite, so no weight can be ranked; use another "
                "criterion, or another initialisation"
            )
    return arrays
