"""The norm of the gradient of a network in training, for a sink that shows it."""

from lth_keras.training import GradientNorm


class WatchedGradients:
    """The gradient norms of the jobs in training; one function is compiled for an architecture.

    It is compiled at the first call.
    """

    def __init__(self):
        self._norms = {}

    def __call__(self, job):
        """‖∇ loss‖₂ at the present weights of the network of `job`, a `JobContext`.

        None with several replicas: all of them would have to compute it together.
        """
        if job.context.replicas.count > 1:
            return None
        key = tuple(sorted(job.arguments.items()))
        if key not in self._norms:
            self._norms[key] = GradientNorm(job.trainer)
        return self._norms[key]()
