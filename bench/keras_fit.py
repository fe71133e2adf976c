"""The measure to beat: `model.fit` with TFMOT's callback, as a careful user would write it."""

import numpy as np

from lth_keras import pruning
from lth_keras.compat import keras, tf, tfmot


class KerasFit:
    """The same wrapped network, batch, optimizer and loss under `model.fit`.

    What is kept as near as `fit` allows: L2 is a regularizer of half the strength on every kernel
    and bias, whose gradient is l2·θ, that which the engine adds. What favours `fit`: the examples
    are normalised beforehand and lie in memory as float32. As in the engine, accuracy is counted
    along, the data are shuffled anew each epoch, and the schedule never prunes within it.

    Args:
      model: the plain model; it is copied.
      data: `LoadedData`.
      batch_size: examples per update; the epoch is a multiple of it.
      l2: λ in gradient += λ·θ.
      pipeline: whether batches come from tf.data, shuffled and prefetched, or from the arrays.
    """

    def __init__(self, model, data, batch_size, l2, pipeline):
        self._model = pruning.wrap(_regularized(model, l2), pruning.RewindingSchedule(1))
        self._model.compile(
            keras.optimizers.Adam(1e-3, epsilon=1e-8),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"],
        )
        start, stop = data.splits["train"]
        x = data.normalize(data.images[start:stop]).astype(np.float32)
        y = data.labels[start:stop]
        if pipeline:
            batches = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(y))
            self._inputs = {"x": batches.batch(batch_size).prefetch(tf.data.AUTOTUNE)}
        else:
            self._inputs = {"x": x, "y": y, "batch_size": batch_size}

    def run(self, steps):
        """Trains for an epoch, which is `steps` updates."""
        history = self._model.fit(
            **self._inputs, epochs=1, verbose=0,
            callbacks=[tfmot.sparsity.keras.UpdatePruningStep()],
        )
        assert history.params["steps"] == steps, (history.params, steps)


def _regularized(model, l2):
    def copy(layer):
        config = layer.get_config()
        for part in ("kernel", "bias"):
            if f"{part}_regularizer" in config:
                config[f"{part}_regularizer"] = keras.regularizers.L2(l2 / 2)
        return layer.__class__.from_config(config)

    return keras.models.clone_model(model, clone_function=copy)
