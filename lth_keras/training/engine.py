"""The compiled functions: a stretch of training, and an evaluation, each ONE TensorFlow function.

Python is entered once per stretch. What differs between rounds, variants and trials comes in as
tensors or sits in variables, so that each function is traced once for an architecture.
"""

from lth_keras.compat import tf
from lth_keras.tasks.weighting import mean
from lth_keras.training.precision import scaled_loss, unscaled
from lth_keras.training.xla import compiled


class Engine:
    """Training and evaluation of one wrapped model by one optimizer.

    Args:
      model: the wrapped model.
      task: what its outputs are for: `tasks.Task`, fitted to the data.
      optimizer: a Keras optimizer, built for the model's trainable variables.
      gradient_masks: for each trainable variable its mask variable, or None.
      l2: λ in gradient += λ·θ.
      feed: where batches come from (`ResidentFeed`, `StreamedFeed`).
      batch_size, evaluation_batch_size: examples per step.
      augmentation: None, or a function (images, seed [2]) -> images, of float images.
      jit: True or False.
    """

    _apply_options = {}

    def __init__(self, model, task, optimizer, gradient_masks, l2, feed, batch_size,
                 evaluation_batch_size, augmentation, jit):
        self._model = model
        self._task = task
        self._optimizer = optimizer
        self._gradient_masks = gradient_masks
        self._l2 = l2
        self._feed = feed
        self._batch_size = batch_size
        self._evaluation_batch_size = evaluation_batch_size
        self._augmentation = augmentation
        # A streamed batch cannot be fetched inside XLA: there the loop stays outside.
        self._step, self._count = self._train_step, self._count_batch
        if not feed.compiles:
            self._step, self._count = compiled(self._step, jit), compiled(self._count, jit)
        compile_loop = jit and feed.compiles
        self.train = compiled(self._train, compile_loop)
        self.evaluate = compiled(self._evaluate, compile_loop)

    def trace_counts(self):
        """{'train': …, 'evaluate': …}: how often each function was traced."""
        return {
            "train": self.train.experimental_get_tracing_count(),
            "evaluate": self.evaluate.experimental_get_tracing_count(),
        }

    def synchronize(self):
        """Makes the model's variables good to read; on one device they always are."""

    def _train(self, totals, source, first, steps, augmentation_seed):
        """`steps` updates from batch `first` of an epoch on.

        Args:
          totals: float32 [1 + metrics], what the sums begin at: carried from call to call, they
            are the same to the last bit however a stretch is cut.
          source: what the feed made of the epoch's permutation.
          first: int32 scalar.
          steps: int32 scalar.
          augmentation_seed: int32 [2]: the network's seed, and the step of the epoch's batch 0.
            Each step's own seed is then the network's and its number, which no other has.

        Returns:
          float32 [1 + metrics]: sums over the stretch of the batches' loss and metrics, as each
          batch was met.
        """
        # Not `for … in tf.range(…)`: XLA takes a range's ends for constants of the program, and
        # compiles it anew for each pair of them. A test counts XLA's compilations.
        index, stop = first, first + steps
        while index < stop:
            batch = self._feed.batch(source, index, self._batch_size)
            totals += self._step(*batch, augmentation_seed + tf.stack([0, index]))
            index += 1
        return totals

    def _train_step(self, images, labels, weights, seed):
        images = self._feed.normalize(images)
        if self._augmentation is not None:
            images = self._augmentation(images, seed)
        return self._update(images, labels, weights)

    def _update(self, images, labels, weights):
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape:
            outputs = self._model(images, training=True)
            total, weight = self._task.loss(labels, outputs, weights)
            loss = mean(total, self._across_all(weight))
            objective = scaled_loss(self._optimizer, self._objective(loss))
        gradients = unscaled(self._optimizer, self._across(tape.gradient(objective, variables)))
        if self._l2:
            gradients = [g + self._l2 * v for g, v in zip(gradients, variables, strict=True)]
        # A pruned weight has no gradient: neither it nor its moments ever leave zero, not even
        # in a network whose loss is no longer a number (hence no product).
        gradients = [
            g if mask is None else tf.where(mask != 0, g, 0.0)
            for g, mask in zip(gradients, self._gradient_masks, strict=True)
        ]
        self._optimizer.apply_gradients(
            zip(gradients, variables, strict=True), **self._apply_options)
        measured = [
            mean(total, self._across_all(weight))
            for total, weight in self._task.metric(labels, outputs, weights)
        ]
        return self._across([tf.stack([loss, *measured])])[0]

    def _evaluate(self, source, start, stop):
        """Sums over examples [start, stop), float32 [1 + metrics, 2].

        Row 0 is (Σ w·loss, Σ w); the others are the metrics' numerators and denominators.
        """
        totals = tf.zeros([1 + len(self._task.metrics), 2])
        size = self._evaluation_batch_size
        first = start  # As in training, no range.
        while first < stop:
            batch = self._feed.range(source, first, stop, size)
            totals += self._count(*batch)
            first += size
        return totals

    def _count_batch(self, images, labels, weights, there):
        outputs = self._model(self._feed.normalize(images), training=False)
        # Where there is no example nothing counts.
        there = tf.cast(there, tf.float32)
        weights = there if weights is None else weights * there
        return tf.stack([
            self._task.loss(labels, outputs, weights),
            *self._task.metric(labels, outputs, weights),
        ])

    def _objective(self, loss):
        return tf.add_n([loss, *self._model.losses])

    def _across(self, values):
        """A list of tensors, summed over the replicas: here there is one."""
        return values

    def _across_all(self, weight):
        """A batch's weight, a scalar or a Python number, summed over the replicas."""
        return weight
