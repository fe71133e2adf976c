"""The engine and its feed under a `tf.distribute` strategy: each replica takes rows of a batch."""

from lth_keras.compat import tf
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.errors import ConfigurationError
from lth_keras.training.engine import Engine
from lth_keras.training.feed import ResidentFeed, gathered


class ReplicatedFeed(ResidentFeed):
    """All examples live on every device.

    Args:
      data: `LoadedData`.
      replicas: `Replicas` with a strategy.

    Raises:
      ConfigurationError: the data set is too large for the device and would be streamed.
    """

    def __init__(self, data, replicas):
        if isinstance(data.images, RowsOnDisk):
            raise ConfigurationError(
                "Dataset.storage is 'disk', and several replicas read from memory alone; bind it "
                "to 'memory', or Experiment.distribution = @OneDevice()"
            )
        if data.images.nbytes > data.device_limit_mb * 2**20:
            raise ConfigurationError(
                f"{data.name} takes {data.images.nbytes / 2**20:,.0f} MiB, and sets over "
                f"device_limit_mb = {data.device_limit_mb} are streamed, which several replicas "
                "do not do; raise it if the devices hold that, or train on OneDevice"
            )
        super().__init__(data)
        devices = replicas.strategy.extended.worker_devices

        def on_each(array):
            def place(context):
                with tf.device(devices[context.replica_id_in_sync_group % len(devices)]):
                    return tf.identity(array)

            return replicas.strategy.experimental_distribute_values_from_function(place)

        self._arrays = tuple(None if each is None else on_each(each) for each in self._arrays)


class ReplicatedEngine(Engine):
    """Each of R replicas takes rows [r·B/R, (r+1)·B/R) of a batch of B examples.

    Its loss is the sum over its rows divided by B, so that the sum of the replicas' gradients is
    the batch's; regularisation and masks apply to that sum, once. The draws of augmentation depend
    on an image's place in the batch, so each replica augments the whole batch. The numbers are
    those of one device except for rounding, and except for two kinds of layers. Batch
    normalisation takes the statistics of a replica's own rows, as always in Keras; its moving
    averages become the mean over the replicas before they are read. Layers that draw numbers, such
    as Dropout, draw others for each replica's rows.

    Args:
      replicas: `Replicas` with a strategy.
      feed: `ReplicatedFeed`.
      others: the arguments of `Engine`.

    Raises:
      ConfigurationError: the batch size is not a multiple of the number of replicas.
    """

    _apply_options = {"skip_gradients_aggregation": True}

    def __init__(self, replicas, model, task, optimizer, gradient_masks, l2, feed, batch_size,
                 evaluation_batch_size, augmentation):
        if batch_size % replicas.count:
            raise ConfigurationError(
                f"Experiment.batch_size is {batch_size} and there are {replicas.count} replicas; "
                f"expected a multiple, such as {-(-batch_size // replicas.count) * replicas.count}"
            )
        self._strategy, self._count_of_replicas = replicas.strategy, replicas.count
        self._share = batch_size // replicas.count
        self._evaluation_share = -(-evaluation_batch_size // replicas.count)
        super().__init__(model, task, optimizer, gradient_masks, l2, feed, batch_size,
                         evaluation_batch_size, augmentation, jit=False)

    def synchronize(self):
        """Sets the moving averages of every replica to the mean over the replicas."""
        for variable in self._model.non_trainable_variables:
            if variable.synchronization == tf.VariableSynchronization.ON_READ:
                variable.assign(variable.read_value())

    def _train(self, totals, source, first, steps, augmentation_seed):
        *arrays, order = source
        index, stop = first, first + steps
        while index < stop:
            # One update at a time: each collective operation that waits occupies a thread.
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            chosen = tf.slice(order, [index * self._batch_size], [self._batch_size])
            seed = augmentation_seed + tf.stack([0, index])
            totals += self._run(self._replica_step, *arrays, chosen, seed)
            index += 1
        return totals

    def _replica_step(self, images, labels, weights, chosen, seed):
        return self._update(*self._share_of(images, labels, weights, chosen, seed))

    def _share_of(self, images, labels, weights, chosen, seed):
        """The replica's own images, labels, weights and seed of a batch."""
        first = _replica() * self._share
        mine = tf.slice(chosen, [first], [self._share])
        labels, weights = gathered(labels, mine), gathered(weights, mine)
        own = tf.random.experimental.stateless_fold_in(seed, _replica())
        if self._augmentation is None:
            return self._feed.normalize(gathered(images, mine)), labels, weights, own
        whole = self._augmentation(self._feed.normalize(gathered(images, chosen)), seed)
        return whole[first : first + self._share], labels, weights, own

    def _next_gradients(self, source, index, augmentation_seed):
        *arrays, order = source
        chosen = tf.slice(order, [index * self._batch_size], [self._batch_size])
        seed = augmentation_seed + tf.stack([0, index])
        return self._run(self._replica_gradients, *arrays, chosen, seed)

    def _replica_gradients(self, *batch):
        return self._of_prunable(self._gradients(*self._share_of(*batch))[0])

    def _evaluate(self, source, start, stop):
        totals = tf.zeros([1 + len(self._task.metrics), 2])
        first = start
        while first < stop:
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            totals += self._run(self._replica_count, *source, first, stop)
            first += self._evaluation_share * self._count_of_replicas
        return totals

    def _replica_count(self, images, labels, weights, first, stop):
        size = self._evaluation_share
        batch = self._feed.range((images, labels, weights), first + _replica() * size, stop, size)
        return self._across([self._count_batch(*batch)])[0]

    def _run(self, function, *arguments):
        # These are sums over the replicas, and so equal on each.
        return tf.nest.map_structure(
            lambda value: self._strategy.experimental_local_results(value)[0],
            self._strategy.run(function, arguments))

    def _objective(self, loss):
        # Every replica computes the whole regularisation; its sum over replicas must be one.
        share = [each / self._count_of_replicas for each in self._model.losses]
        return tf.add_n([loss, *share])

    def _across(self, values):
        return tf.distribute.get_replica_context().all_reduce("SUM", values)

    def _across_all(self, weight):
        if isinstance(weight, float):
            return weight * self._count_of_replicas
        return self._across([weight])[0]


def _replica():
    return tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.int32)
