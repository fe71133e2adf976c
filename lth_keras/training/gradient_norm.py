"""The norm of a network's gradient, for sinks; training itself does not use it."""

from lth_keras.compat import tf
from lth_keras.tasks.weighting import mean
from lth_keras.training.precision import scaled_loss, unscaled
from lth_keras.variables import named_variables

_EXAMPLES = 256


class GradientNorm:
    """‖∇ mean loss‖₂ over the weights that are kept, on the first training examples.

    Of a learned mask those are the weights of its final mask, which an evaluation has settled.

    The examples are always the same: at most 256 of them, and no more than a batch. The model runs
    in inference mode, so that the computation changes no moving average and no random state.
    Regularisation is left out. With a loss scale the loss is scaled as in training. One function is
    compiled, once, at the first call.

    Args:
      trainer: the `Trainer` of the network's architecture.
    """

    def __init__(self, trainer):
        self._model = trainer.model
        variables = named_variables(trainer.model)
        self._masks = {
            variables[key].ref(): mask
            for key, mask in trainer.mask_variables.items()
        }
        data = trainer.data
        start, stop = data.splits["train"]
        stop = min(stop, start + min(_EXAMPLES, trainer.batch_size))
        self._images = tf.constant(data.normalize(data.images[start:stop]))
        self._labels = tf.constant(data.labels[start:stop])
        self._weights = None if data.weights is None else tf.constant(data.weights[start:stop])
        self._task, self._optimizer = data.task, trainer.optimizer
        self._function = tf.function(self._norm)

    def __call__(self):
        """The norm at the model's present weights."""
        return float(self._function(self._images, self._labels, self._weights).numpy())

    def _norm(self, images, labels, weights):
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape:
            outputs = tf.cast(self._model(images, training=False), tf.float32)
            loss = scaled_loss(
                self._optimizer, mean(*self._task.loss(labels, outputs, weights)))
        gradients = unscaled(self._optimizer, [
            # An embedding's gradient comes as the rows that were looked up, a row for each place.
            tf.convert_to_tensor(each)
            for each in tape.gradient(loss, variables, unconnected_gradients="zero")])
        return tf.linalg.global_norm([
            gradient if variable.ref() not in self._masks
            else tf.where(self._masks[variable.ref()] != 0, gradient, 0.0)
            for gradient, variable in zip(gradients, variables, strict=True)
        ])
