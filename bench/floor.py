"""The floor: a training step's matrix products and nothing else."""

import math

from lth_keras.compat import keras, tf
from lth_keras.variables import walk


class Floor:
    """The products of one step as bare float32 `tf.matmul`s of the same shapes, in a loop.

    Three for each layer: forward, the weights' gradient, and the inputs' gradient, which the
    first layer needs not. A convolution is the one product that im2col makes of it, its patches
    laid out beforehand. No activation, loss, optimizer, mask or batch is in it.

    Args:
      model: the plain model, of Dense and Conv2D layers.
      batch_size: examples per step.
    """

    def __init__(self, model, batch_size):
        self._layers = []
        for rows, inner, columns in products(model, batch_size):
            shapes = (rows, inner), (inner, columns), (rows, columns)
            # Variables, because a loop over constants would be computed once.
            self._layers.append(tuple(tf.Variable(tf.random.normal(shape)) for shape in shapes))
        self._loop = tf.function(self._steps)

    def run(self, steps):
        """Computes `steps` steps' terms."""
        self._loop(tf.constant(steps)).numpy()

    def _steps(self, steps):
        total = 0.0
        for _ in tf.range(steps):
            terms = []
            for index, (inputs, weights, outputs) in enumerate(self._layers):
                terms.append(tf.matmul(inputs, weights))
                terms.append(tf.matmul(inputs, outputs, transpose_a=True))
                if index:
                    terms.append(tf.matmul(outputs, weights, transpose_b=True))
            # One entry of each is used, so that none is left out.
            total += tf.add_n([product[0, 0] for product in terms])
        return total


def products(model, batch_size):
    """[(rows, inner, columns)] of each layer's forward product, in the order of the layers."""
    shapes = []
    for _, layer in walk(model):
        if isinstance(layer, (keras.layers.Dense, keras.layers.Conv2D)):
            *inner, columns = layer.kernel.shape
            positions = math.prod(layer.output_shape[1:-1])
            shapes.append((batch_size * positions, math.prod(inner), columns))
    return shapes
