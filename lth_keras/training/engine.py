"""The compiled functions: a stretch of training, and an evaluation, each ONE TensorFlow function.

Python is entered once per stretch. All that differs between rounds, variants and trials is passed
as a tensor or held in a variable, so that each function is traced once per architecture.
"""

from lth_keras.compat import tf
from lth_keras.tasks.weighting import mean
from lth_keras.training.layer_chance import LayerChance
from lth_keras.training.precision import scaled_loss, unscaled
from lth_keras.training.xla import compiled


class Engine:
    """Training and evaluation of one wrapped model by one optimizer.

    Args:
      model: the wrapped model.
      task: `tasks.Task`, fitted to the data.
      optimizer: a Keras optimizer, built for the model's trainable variables.
      gradient_masks: for each trainable variable its mask variable, or None.
      l2: λ in gradient += λ·θ.
      feed: gives the batches (`ResidentFeed`, `StreamedFeed`).
      batch_size, evaluation_batch_size: examples per step.
      augmentation: None, or a function (images, seed [2]) -> images, of float images.
      jit: True or False.

    Attributes:
      chance: the `LayerChance` of the model.
      dense_moments: bool variable: whether the optimizer gets the gradients of pruned weights too.
    """

    _apply_options = {}

    def __init__(self, model, task, optimizer, gradient_masks, l2, feed, batch_size,
                 evaluation_batch_size, augmentation, jit):
        self._model = model
        self.chance = LayerChance(model)
        self._task = task
        self._optimizer = optimizer
        self._gradient_masks = gradient_masks
        self.dense_moments = tf.Variable(False, trainable=False, name="dense_moments")
        self._l2 = l2
        self._feed = feed
        self._batch_size = batch_size
        self._evaluation_batch_size = evaluation_batch_size
        self._augmentation = augmentation
        # A function that XLA compiles cannot fetch a streamed batch: then only the step is
        # compiled, and the loop around it is not.
        self._step, self._count = self._train_step, self._count_batch
        if not feed.compiles:
            self._step, self._count = compiled(self._step, jit), compiled(self._count, jit)
        compile_loop = jit and feed.compiles
        self.train = compiled(self._train, compile_loop)
        self.evaluate = compiled(self._evaluate, compile_loop)
        self.gradients = compiled(self._next_gradients, compile_loop)

    def trace_counts(self):
        """{'train': …, 'evaluate': …}: how often each function was traced.

        'gradients' is there where an update rule asked for them.
        """
        counts = {
            name: getattr(self, name).experimental_get_tracing_count()
            for name in ("train", "evaluate", "gradients")}
        return {name: count for name, count in counts.items() if count or name != "gradients"}

    def synchronize(self):
        """Makes the model's variables ready to be read; on one device there is nothing to do."""

    def _train(self, totals, source, first, steps, augmentation_seed):
        """`steps` updates from batch `first` of an epoch on.

        Args:
          totals: float32 [1 + metrics], the sums so far. They are passed from call to call, so
            that the result has the same bits wherever a stretch is cut into calls.
          source: what `feed.epoch` returned for the epoch.
          first: int32 scalar.
          steps: int32 scalar.
          augmentation_seed: int32 [2]: the network's seed, and the step of the epoch's batch 0.
            The seed of a step is the network's seed and the step's number: no two are equal.

        Returns:
          float32 [1 + metrics]: sums of the batches' loss and metrics over the stretch, each
          taken before the update that the batch leads to.
        """
        # Not `for … in tf.range(…)`: XLA treats the two ends of a range as constants, and
        # compiles the function again for each new pair. A test counts XLA's compilations.
        index, stop = first, first + steps
        while index < stop:
            batch = self._feed.batch(source, index, self._batch_size)
            totals += self._step(*batch, augmentation_seed + tf.stack([0, index]))
            index += 1
        return totals

    def _train_step(self, images, labels, weights, seed):
        return self._update(self._augmented(images, seed), labels, weights, seed)

    def _augmented(self, images, seed):
        images = self._feed.normalize(images)
        return images if self._augmentation is None else self._augmentation(images, seed)

    def _next_gradients(self, source, index, augmentation_seed):
        """Gradients of the loss of batch `index`, as `_train` takes its arguments.

        Returns:
          [float32 tensor of each prunable kernel's shape], of pruned weights too.
        """
        images, labels, weights = self._feed.batch(source, index, self._batch_size)
        seed = augmentation_seed + tf.stack([0, index])
        return self._of_prunable(
            self._gradients(self._augmented(images, seed), labels, weights, seed)[0])

    def _of_prunable(self, gradients):
        # An embedding's gradient comes as the rows that were looked up.
        return [tf.convert_to_tensor(g) for g, mask in zip(
            gradients, self._gradient_masks, strict=True) if mask is not None]

    def _gradients(self, images, labels, weights, seed):
        """(gradients by the model's trainable variables, mean loss, outputs) of one batch."""
        variables = self._model.trainable_variables
        with self.chance.at(seed), tf.GradientTape() as tape:
            outputs = tf.cast(self._model(images, training=True), tf.float32)
            total, weight = self._task.loss(labels, outputs, weights)
            loss = mean(total, self._across_all(weight))
            objective = scaled_loss(self._optimizer, self._objective(loss))
        gradients = unscaled(self._optimizer, self._across(tape.gradient(
            objective, variables, unconnected_gradients="zero")))
        return gradients, loss, outputs

    def _update(self, images, labels, weights, seed):
        variables = self._model.trainable_variables
        gradients, loss, outputs = self._gradients(images, labels, weights, seed)
        self._apply(gradients, variables)
        measured = [
            mean(total, self._across_all(weight))
            for total, weight in self._task.metric(labels, outputs, weights)
        ]
        return self._across([tf.stack([loss, *measured])])[0]

    def _apply(self, gradients, variables):
        """Updates `variables` by the gradients of the whole batch."""
        if self._l2:
            gradients = [g + self._l2 * v for g, v in zip(gradients, variables, strict=True)]
        # A pruned weight has no gradient, so that it and its moments stay zero. `where` and not a
        # product: NaN · 0 is NaN, and a network that diverged would lose its zeros.
        gradients = [
            g if mask is None else tf.where((mask != 0) | self.dense_moments, g, 0.0)
            for g, mask in zip(gradients, self._gradient_masks, strict=True)
        ]
        self._optimizer.apply_gradients(
            zip(gradients, variables, strict=True), **self._apply_options)

    def _evaluate(self, source, start, stop):
        """Sums over examples [start, stop), float32 [1 + metrics, 2].

        Row 0 is (Σ w·loss, Σ w); the others are the metrics' numerators and denominators.
        """
        totals = tf.zeros([1 + len(self._task.metrics), 2])
        size = self._evaluation_batch_size
        first = start  # A loop without a range, as in training.
        while first < stop:
            batch = self._feed.range(source, first, stop, size)
            totals += self._count(*batch)
            first += size
        return totals

    def _count_batch(self, images, labels, weights, there):
        outputs = tf.cast(self._model(self._feed.normalize(images), training=False), tf.float32)
        # Rows beyond the last example have weight 0.
        there = tf.cast(there, tf.float32)
        weights = there if weights is None else weights * there
        return tf.stack([
            self._task.loss(labels, outputs, weights),
            *self._task.metric(labels, outputs, weights),
        ])

    def _objective(self, loss):
        return tf.add_n([loss, *self._model.losses])

    def _across(self, values):
        """A list of tensors, summed over the replicas; this engine has one replica."""
        return values

    def _across_all(self, weight):
        """A batch's weight, a scalar or a Python number, summed over the replicas."""
        return weight
