"""The norm of the gradient of a network in training, for a sink that shows it."""

import weakref

from lth_keras.training import CompactTrainer, GradientNorm


class WatchedGradients:
    """The gradient norms of the jobs in training; one function is compiled for an architecture.

    It is compiled at the first call.
    """

    def __init__(self):
        self._norms = weakref.WeakKeyDictionary()

    def __call__(self, job):
        """‖∇ loss‖₂ at the present weights of the network of `job`, a `JobContext`.

        None with several replicas: all of them would have to compute it together.
        """
        if job.context.replicas.count > 1:
            return None
        trainer = job.in_training
        if isinstance(trainer, CompactTrainer):
            trainer = trainer.trainer  # What is cut has no gradient.
        if trainer not in self._norms:
            self._norms[trainer] = GradientNorm(trainer)
        return self._norms[trainer]()
