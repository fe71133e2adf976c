"""The loss surface of a network over fixed examples, compiled: loss, gradient, Hessian·vector.

L(w) = the task's mean loss + λ/2·‖w‖² over the trainable weights. Examples stay on the device;
weights come as flat vectors, so that nothing is traced again for another network.
"""

import numpy as np

from lth_keras.analysis.flat_weights import WeightLayout
from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError
from lth_keras.pruning.kernels import unit_axes
from lth_keras.training.layer_chance import LayerChance
from lth_keras.training.xla import compiled
from lth_keras.variables import named_variables

# Bytes of Jacobians; deriving them takes many times as much.
_JACOBIANS_AT_A_TIME = 2**25


class LossSurface:
    """Loss and derivatives of one architecture.

    Args:
      model: a plain model of its own, whose variables are overwritten.
      images: [n, …], as loaded.
      labels: [n, …], as the task takes them.
      data: `LoadedData`, for the normalisation and the task.
      batch_size: examples at a time; a bound on memory; it changes numbers by rounding only.
      l2: λ above.
      jit: whether to compile with XLA.
      statistics: images to recompute batch-normalisation statistics from; None for `images`.
      weights: float32 [n], a weight for each example; None for 1 each.
    """

    def __init__(self, model, images, labels, data, batch_size=1000, l2=0.0, jit=False,
                 statistics=None, weights=None):
        self._model = model
        self._named = named_variables(model)
        trainable = {id(variable) for variable in model.trainable_variables}
        shapes = {key: tuple(variable.shape) for key, variable in self._named.items()}
        self.layout = WeightLayout(shapes)
        self.trainable = WeightLayout(
            shapes, [key for key, each in self._named.items() if id(each) in trainable])
        self.unit_axes = unit_axes(model)
        self._variables = [self._named[key] for key in self.trainable.shapes]
        self.examples = len(labels)
        self._batch_size = min(batch_size, self.examples)
        self._images, self._labels = tf.constant(images), tf.constant(labels)
        self._weights = tf.ones([self.examples]) if weights is None else tf.constant(weights)
        self._task, self._output_shape = data.task, data.output_shape
        self._total_weight = self._sum_of_weights()
        self._statistics = self._images if statistics is None else tf.constant(statistics)
        self._normalisation = float(data.scale), data.mean, data.std
        self._l2 = l2
        self._norms = [part for part in model.submodules
                       if isinstance(part, keras.layers.BatchNormalization) and part.built]
        self._chance = LayerChance(model)
        self._looks_up = any(isinstance(part, keras.layers.Embedding) for part in model.submodules)
        # A pass in training mode then leaves exactly its batch's statistics behind.
        for layer in self._norms:
            layer.momentum = 0.0
        self._compiled_values = compiled(self._values, jit)
        self._compiled_recomputed = compiled(self._recomputed_values, jit)
        self._compiled_gradient = compiled(self._gradient, jit)
        self._compiled_product = compiled(self._product, jit)
        self._compiled_jacobian = tf.function(self._jacobian)  # XLA compiles it for minutes.

    def load(self, weights):
        """Loads the weights {key: array}, which `gradient` and `product` then use."""
        for key, array in self.layout.unflatten(self.layout.flatten(weights)).items():
            self._named[key].assign(array)

    def value(self, weights):
        """(loss, error) at {key: array}; error is `Metric.error` of the task's first metric: for
        classification the share of examples misclassified."""
        centre = self.layout.flatten(weights)
        values = self.values(centre, np.zeros((1, centre.size), np.float32), np.zeros((1, 1)))
        return float(values[0, 0]), float(values[0, 1])

    def values(self, centre, directions, coefficients, recompute=False):
        """Loss and error at many points centre + coefficients·directions, in one compiled loop.

        Args:
          centre: float32 [size] in `layout`.
          directions: float32 [k, size].
          coefficients: [points, k].
          recompute: batch-normalisation statistics are computed anew at each point.

        Returns:
          float32 [points, 2].
        """
        function = self._compiled_recomputed if recompute and self._norms \
            else self._compiled_values
        values = function(
            self._images, self._labels, self._statistics,
            tf.constant(centre, tf.float32), tf.constant(directions, tf.float32),
            tf.constant(coefficients, tf.float32),
        )
        loss, *sums = np.moveaxis(values.numpy().astype(np.float64), 1, 0)
        metric = self._task.main_metric
        with np.errstate(divide="ignore", invalid="ignore"):
            # Without any weight a metric is 0; one that is no number stays none.
            means = np.where(sums[1] == 0, 0.0, sums[0] / sums[1])
        errors = [metric.error(self._task.finish([float(mean)])[0]) for mean in means]
        return np.stack([loss, errors], 1).astype(np.float32)

    def gradient(self):
        """∇L at the loaded network, float32 [trainable.size]."""
        return self._compiled_gradient(self._images, self._labels).numpy()

    def product(self, vector):
        """H·vector at the loaded network, float32 [trainable.size].

        It is computed forward over reverse; where the model has an embedding, reverse over reverse.
        """
        return self._compiled_product(
            self._images, self._labels, tf.constant(vector, tf.float32)).numpy()

    def input_jacobians(self, count):
        """∂outputs/∂input at the first `count` examples, [count, outputs, inputs].

        None where there is no derivative: the model looks its inputs up, as an embedding does.

        Raises:
          ConfigurationError: there are fewer examples.
        """
        if count > self.examples:
            raise ConfigurationError(
                f"{count} Jacobians were asked for over {self.examples} examples; ask for fewer"
            )
        images = self._normalise(self._images[:count])
        one = 4 * int(np.prod(self._output_shape)) * int(np.prod(images.shape[1:]))
        step = max(1, _JACOBIANS_AT_A_TIME // one)
        parts = [self._compiled_jacobian(images[first:first + step])
                 for first in range(0, count, step)]
        return None if parts[0] is None else np.concatenate([part.numpy() for part in parts])

    def _normalise(self, images):
        scale, mean, std = self._normalisation
        return (tf.cast(images, tf.float32) * scale - mean) / std

    def _batch(self, images, labels, index):
        wanted = index * self._batch_size + tf.range(self._batch_size)
        chosen = tf.minimum(wanted, self.examples - 1)
        weights = tf.where(wanted < self.examples, tf.gather(self._weights, chosen), 0.0)
        return self._normalise(tf.gather(images, chosen)), tf.gather(labels, chosen), weights

    def _sum_of_weights(self):
        """What the losses of all examples are divided by: it depends on labels alone."""
        total = 0.0
        for first in range(0, self.examples, self._batch_size):
            part = slice(first, first + self._batch_size)
            labels = self._labels[part]
            outputs = tf.zeros([len(labels), *self._output_shape])
            total += float(self._task.loss(labels, outputs, self._weights[part])[1])
        if not total:
            raise ConfigurationError(
                f"the {self.examples} examples of the loss surface have no weight; ask for more")
        return total

    def _batches(self):
        return tf.range(-(-self.examples // self._batch_size))

    def _penalty(self):
        return 0.5 * self._l2 * tf.add_n([tf.reduce_sum(each**2) for each in self._variables])

    def _batch_loss(self, images, labels, weights):
        outputs = tf.cast(self._model(images, training=False), tf.float32)
        loss, _ = self._task.loss(labels, outputs, weights)
        return loss / self._total_weight, outputs

    def _value(self, images, labels):
        """The loss, and the numerator and the denominator of the metric."""
        total = tf.zeros([3])
        for i in self._batches():
            batch, wanted, weights = self._batch(images, labels, i)
            loss, outputs = self._batch_loss(batch, wanted, weights)
            total += tf.stack([loss, *self._task.metric(wanted, outputs, weights)[0]])
        return total + tf.stack([self._penalty(), 0.0, 0.0])

    def _values(self, images, labels, statistics, centre, directions, coefficients,
                recompute=False):
        count = tf.shape(coefficients)[0]
        values = tf.TensorArray(tf.float32, count, element_shape=[3])
        for i in tf.range(count):
            point = centre + tf.linalg.matvec(directions, coefficients[i], transpose_a=True)
            parts = tf.split(point, self.layout.sizes)
            for (key, shape), part in zip(self.layout.shapes.items(), parts, strict=True):
                self._named[key].assign(tf.reshape(part, shape))
            if recompute:
                self._recompute(statistics)
            values = values.write(i, self._value(images, labels))
        return values.stack()

    def _recomputed_values(self, *arguments):
        return self._values(*arguments, recompute=True)

    def _recompute(self, images):
        """Mean and variance over the whole of `images`: within batches and between them."""
        examples = int(images.shape[0])
        size = min(self._batch_size, examples)
        means = [tf.zeros_like(layer.moving_mean) for layer in self._norms]
        squares = [tf.zeros_like(layer.moving_variance) for layer in self._norms]
        for i in tf.range(examples // size):
            batch = tf.gather(images, i * size + tf.range(size))
            means, squares = self._add_moments(means, squares, batch, size / examples, i)
        rest = examples % size
        if rest:
            means, squares = self._add_moments(
                means, squares, images[-rest:], rest / examples, examples // size)
        for layer, mean, square in zip(self._norms, means, squares, strict=True):
            layer.moving_mean.assign(mean)
            layer.moving_variance.assign(square - mean**2)

    def _add_moments(self, means, squares, images, share, number):
        """Moments at each norm, with those of batch `number`, which is `share` of all examples."""
        with self._chance.at(tf.stack([0, number])):  # The same noise at each point.
            self._model(self._normalise(images), training=True)
        seen = [tf.identity(layer.moving_mean) for layer in self._norms]
        means = [total + share * mean for total, mean in zip(means, seen, strict=True)]
        squares = [
            total + share * (layer.moving_variance + mean**2)
            for total, mean, layer in zip(squares, seen, self._norms, strict=True)
        ]
        return means, squares

    def _batch_gradient(self, batch, labels, weights):
        with tf.GradientTape() as tape:
            loss, _ = self._batch_loss(batch, labels, weights)
        return tape.gradient(loss, self._variables, unconnected_gradients="zero")

    def _gradient(self, images, labels):
        total = [self._l2 * each for each in self._variables]
        for i in self._batches():
            gradient = self._batch_gradient(*self._batch(images, labels, i))
            total = [old + new for old, new in zip(total, gradient, strict=True)]
        return _flat(total)

    def _product(self, images, labels, vector):
        tangents = [
            tf.reshape(part, shape) for part, shape in zip(
                tf.split(vector, self.trainable.sizes), self.trainable.shapes.values(),
                strict=True)
        ]
        total = [self._l2 * tangent for tangent in tangents]
        for i in self._batches():
            batch = self._batch(images, labels, i)
            products = self._batch_products(batch, tangents)
            total = [old + new for old, new in zip(total, products, strict=True)]
        return _flat(total)

    def _batch_products(self, batch, tangents):
        if self._looks_up:
            # TensorFlow has no forward derivative of a lookup: reverse over reverse.
            with tf.GradientTape() as tape:
                gradient = self._batch_gradient(*batch)
                along = tf.add_n([tf.reduce_sum(tf.convert_to_tensor(each) * tangent)
                                  for each, tangent in zip(gradient, tangents, strict=True)])
            return [tf.convert_to_tensor(each) for each in tape.gradient(
                along, self._variables, unconnected_gradients="zero")]
        with tf.autodiff.ForwardAccumulator(self._variables, tangents) as accumulator:
            gradient = self._batch_gradient(*batch)
        return accumulator.jvp(gradient, unconnected_gradients="zero")

    def _jacobian(self, images):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(images)
            outputs = self._model(images, training=False)
        if tape.gradient(outputs, images) is None:
            return None  # `batch_jacobian` would give zeros.
        jacobians = tape.batch_jacobian(outputs, images)
        return tf.reshape(
            jacobians, [tf.shape(images)[0], int(np.prod(self._output_shape)), -1])


def _flat(arrays):
    return tf.concat([tf.reshape(array, [-1]) for array in arrays], 0)
