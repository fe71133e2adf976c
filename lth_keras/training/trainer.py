"""The trainer: one wrapped model, its optimizer and its compiled functions."""

import time

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras import pruning
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training.augmentation import check_augmentation
from lth_keras.training.engine import Engine
from lth_keras.training.feed import feed_for
from lth_keras.training.mask_changes import MaskChanger
from lth_keras.training.moments import build_with_slots, mask_moments
from lth_keras.training.optimizers import refuse_clipping
from lth_keras.training.precision import loss_scale, optimizer_variables, with_loss_scale
from lth_keras.training.replicas import Replicas
from lth_keras.training.replicated_engine import ReplicatedEngine, ReplicatedFeed
from lth_keras.training.train_state import TrainState, assign_optimizer
from lth_keras.training.xla import resolve_jit
from lth_keras.variables import check_fits, named_variables, snapshot
from lth_keras.wording import made, setting

_SECONDS_PER_CALL = 1.0  # The longest wait after Ctrl-C; a call costs less than 1/1000 of it.
_STEPS_AT_FIRST = 20


class Trainer:
    """Trains and evaluates any network of one architecture: state in, state out.

    Args:
      model: a plain Keras model; it is copied, wrapped and left alone.
      schedule: the `RewindingSchedule` for TFMOT's wrappers.
      optimizer: a configuration such as `Adam`.
      data: `LoadedData`.
      batch_size: examples per update.
      evaluation_batch_size: examples per step of an evaluation; any gives the same numbers but
        for rounding.
      augmentation: None, or a function (images, seed) -> images.
      jit: 'auto', True or False; see `resolve_jit`.
      never_prune, also_prune: names of layers that stay dense, or that are pruned although their
        kind is not; see `pruning.wrap`.
      precision: 'float32', 'mixed_float16' or 'mixed_bfloat16', as the model was built.
      replicas: `Replicas` to train on; None for one device.
      channels: the model's `ChannelGroups`, where masks cut whole units: of such a unit nothing is
        kept, whatever lies along it is zero. None where masks are of single weights.

    Raises:
      ConfigurationError: the model cannot be pruned, the optimizer clips by norm, or the batch is
        larger than the training set.
    """

    def __init__(self, model, schedule, optimizer, data, batch_size, evaluation_batch_size=1024,
                 augmentation=None, jit="auto", never_prune=(), precision="float32",
                 replicas=None, also_prune=(), channels=None):
        if data.train_size < batch_size:
            raise ConfigurationError(
                f"{setting('Experiment', 'batch_size')} is {batch_size} but {data.name} has "
                f"{data.train_size} training examples; expected no more than those"
            )
        check_augmentation(
            augmentation, data.input_shape, data.labels.shape[1:], data.output_shape)
        self.data = data
        self.batch_size = batch_size
        self.steps_per_epoch = data.train_size // batch_size
        self.prunable = pruning.prunable_weights(model, never_prune, also_prune)
        self._replicas, self._channels = replicas or Replicas(), channels
        with self._replicas.scope():
            self.model = pruning.wrap(model, schedule, never_prune, also_prune)
            self._variables = named_variables(self.model)
            self._masks = pruning.mask_variables(self.model)
            plain = optimizer.build(self.steps_per_epoch)
            refuse_clipping(plain)
            slots = build_with_slots(plain, self._trained_variables())
            self._optimizer = with_loss_scale(plain, precision)
            # A frozen kernel has a mask but no moments.
            self._slots = {
                key: slots.get(id(variable), []) for key, variable in self._variables.items()}
            self._optimizer_variables = {
                f"{index:03d}/{variable.name.split(':')[0]}": variable
                for index, variable in enumerate(optimizer_variables(self._optimizer))
            }
            self._fresh_optimizer = snapshot(self._optimizer_variables)
            self._engine = self._make_engine(
                optimizer.l2, evaluation_batch_size, augmentation, resolve_jit(jit, model), jit)
        self._changer = MaskChanger(
            self._engine, self.model, {key: self._variables[key] for key in self._masks},
            self._masks, self._slots, loss_scale(self._optimizer))
        # Of what has no mask and goes with units: 1, and 0 for the units that are cut.
        self._ones = {} if channels is None else {
            key: np.ones(self._variables[key].shape, np.float32)
            for key in channels.axes if key not in self._masks}
        self._order, self._order_epoch, self._order_tensors = None, None, None
        self._steps_per_call, self._called = _STEPS_AT_FIRST, False

    def _trained_variables(self):
        """The variables that the optimizer updates; a subclass may train others."""
        return self.model.trainable_variables

    def _make_engine(self, l2, evaluation_batch_size, augmentation, jit, jit_setting):
        mask_of = {id(self._variables[key]): mask for key, mask in self._masks.items()}
        masks = [mask_of.get(id(variable)) for variable in self.model.trainable_variables]
        if self._replicas.strategy is None:
            self._feed = feed_for(self.data, jit)
            return Engine(self.model, self.data.task, self._optimizer, masks, l2, self._feed,
                          self.batch_size, evaluation_batch_size, augmentation, jit)
        if jit_setting is True:
            raise ConfigurationError(
                "Experiment.jit is True, and XLA does not compile for several replicas; expected "
                f"'auto' or False, or Experiment.distribution = {made('OneDevice')}"
            )
        self._feed = ReplicatedFeed(self.data, self._replicas)
        return ReplicatedEngine(
            self._replicas, self.model, self.data.task, self._optimizer, masks, l2, self._feed,
            self.batch_size, evaluation_batch_size, augmentation)

    @property
    def moments(self):
        """{name in `TrainState.optimizer`: key of the weight whose moment it is}."""
        keys = {id(slot): key for key, slots in self._slots.items() for slot in slots}
        return {name: keys[id(variable)] for name, variable in self._optimizer_variables.items()
                if id(variable) in keys}

    @property
    def optimizer(self):
        """The Keras optimizer, around it the loss scale where there is one."""
        return self._optimizer

    @property
    def step(self):
        """Optimizer updates so far."""
        return int(self._optimizer.iterations.numpy())

    @property
    def mask_variables(self):
        """{key: variable} of the masks that decide which weights are trained."""
        return self._masks

    @property
    def chance(self):
        """The `LayerChance` of its model."""
        return self._engine.chance

    def trace_counts(self):
        """{'train': …, 'evaluate': …}: how often each compiled function was traced."""
        return self._engine.trace_counts()

    def load(self, state, dense_moments=False):
        """Assigns `state` to the variables, masks applied; nothing is built or traced again.

        Args:
          state: `TrainState`.
          dense_moments: whether the optimizer gets the gradients of pruned weights from now on.

        Raises:
          ConfigurationError: its weights do not fit this architecture.
          RunError: its optimizer is another one.
        """
        check_fits(state.weights, self._variables)
        with self._replicas.scope():
            pruning.write_masks(self._masks, state.masks)
            for key, array in self._cleared(state.masks, self._placed(state)).items():
                self._variables[key].assign(array)
            assign_optimizer(state, self._optimizer_variables, self._fresh_optimizer)
            self._engine.dense_moments.assign(dense_moments)
            if not dense_moments:
                mask_moments(self._slots, self._masks)
            mask_moments(self._slots, self._cleared(state.masks, self._ones))
            self._optimizer.iterations.assign(state.step)

    def state(self):
        """The present state, as copies.

        Raises:
          RunError: a pruned weight is not zero.
        """
        state = self._read()
        self._check_pruned(state)
        return state

    def _read(self):
        with self._replicas.scope():
            self._engine.synchronize()
            weights, masks = snapshot(self._variables), pruning.read_masks(self._masks)
            optimizer = snapshot(self._optimizer_variables)
            if self._engine.dense_moments.numpy():
                weights = masks_lib.apply(masks, weights)  # As the next forward pass would.
        return TrainState(self._cleared(masks, weights), masks, self.step, optimizer)

    def _placed(self, state):
        """The weights that a state is loaded as: pruned ones are zero; a subclass may differ."""
        return masks_lib.apply(state.masks, state.weights)

    def _check_pruned(self, state):
        masks_lib.check_applied(state.masks, state.weights)

    def chiefs(self, decision):
        """The chief's decision, which all workers must share."""
        return bool(self._replicas.chiefs(int(decision)))

    def train(self, order, steps, augmentation_seed=0, totals=None, should_stop=None):
        """Trains for `steps` more updates, or until `should_stop` returns True.

        Python is entered about once a second, so that a person can stop a long stretch. The result
        has the same bits wherever a stretch is cut.

        Args:
          order: `DataOrder`; the step decides where in it training goes on.
          steps: number of updates.
          augmentation_seed: the network's seed for augmentation.
          totals: sums of an earlier part of the stretch, to which this part is added.
          should_stop: called between calls of the compiled function; None for never.

        Returns:
          float32 [1 + metrics]: sums over the stretch's batches of their mean loss and metrics,
          each taken before its update. `step` tells how far training came.
        """
        with self._replicas.scope():
            return self._train(order, steps, augmentation_seed, totals, should_stop)

    def _train(self, order, steps, augmentation_seed, totals, should_stop):
        totals = self.fresh_totals() if totals is None else totals
        totals = tf.constant(totals, tf.float32)
        start = self.step
        for epoch, first, count in order.stretches(start, start + steps):
            seed = tf.constant(
                [augmentation_seed % 2**31, epoch * self.steps_per_epoch], tf.int32)
            source = self._epoch_source(order, epoch, first, count)
            for begin, part in self._paced(first, count):
                if self._replicas.any(should_stop is not None and should_stop()):
                    return totals.numpy()
                totals = self._engine.train(
                    totals, source, tf.constant(begin), tf.constant(part), seed)
                totals.numpy()  # Waits for the GPU, so that the measured time is right.
        return totals.numpy()

    def proposed_change(self, updates, order, augmentation_seed=0):
        """The `MaskChange` that `MaskUpdates` want at this step, or None; nothing is changed."""
        ((epoch, first, _),) = order.stretches(self.step, self.step + 1)
        seed = tf.constant([augmentation_seed % 2**31, epoch * self.steps_per_epoch], tf.int32)
        with self._replicas.scope():
            return self._changer.proposed(
                updates, self.step, lambda: self._epoch_source(order, epoch, first, 1),
                tf.constant(first), seed)

    def change_masks(self, change):
        """Writes a `MaskChange`."""
        with self._replicas.scope():
            self._changer.write(change)

    def _paced(self, first, count):
        """Cuts `count` steps into calls of about a second, by the time that earlier calls took."""
        stop = first + count
        while first < stop:
            part = self._replicas.chiefs(min(stop - first, self._steps_per_call))
            began = time.perf_counter()
            yield first, part
            if self._called:
                pace = part / (time.perf_counter() - began)
                self._steps_per_call = max(1, round(pace * _SECONDS_PER_CALL))
            self._called = True  # The first call's time is mostly compilation, and is left out.
            first += part

    def fresh_totals(self):
        """The sums at the start of a stretch: zeros."""
        return np.zeros(1 + len(self.data.task.metrics), np.float32)

    def evaluate(self, split):
        """(loss, the first metric, …) on 'train', 'validation' or 'test'; None where it is empty.

        Raises:
          RunError: nothing in it has any weight.
        """
        start, stop = self.data.splits[split]
        if start == stop:
            return (None,) * (1 + len(self.data.task.metrics))
        with self._replicas.scope():
            self._engine.synchronize()
            source = self._feed.examples(start, stop, self._engine._evaluation_batch_size)
            sums = self._engine.evaluate(source, tf.constant(start), tf.constant(stop))
            sums = sums.numpy()
        if not sums[0, 1]:
            raise RunError(
                f"nothing in the {split} split of {self.data.name} has any weight (each label is "
                "ignored or its example's weight is 0), so it has no loss; split the data otherwise"
            )
        loss, *means = (float(total) / float(weight) if weight else 0.0 for total, weight in sums)
        return loss, *self.data.task.finish(means)

    def _cleared(self, masks, arrays):
        return arrays if self._channels is None else self._channels.cleared(masks, arrays)

    def _epoch_source(self, order, epoch, first, count):
        if self._feed.compiles and order is self._order and epoch == self._order_epoch:
            return self._order_tensors
        source = self._feed.epoch(order.epoch(epoch), first, count, self.batch_size)
        self._order, self._order_epoch, self._order_tensors = order, epoch, source
        return source
