"""What a sink may ask of the network that is in training."""

from lth_keras.experiment.context import JobContext
from lth_keras.training import GradientNorm


class GradientNorms:
    """The gradient's norm of a job in training; its function is compiled when first asked for.

    Args:
      context: `Context`.
    """

    def __init__(self, context):
        self._context = context
        self._norms = {}

    def __call__(self, job):
        """The norm at the present weights of `job`'s network; None with several replicas.

        They would have to be asked together, in step.
        """
        if self._context.replicas.count > 1:
            return None
        arguments = {}
        if job.variant is not None:
            place = JobContext(self._context, job.trial, job.round, job.name)
            arguments = job.variant.architecture.arguments(place)
        key = tuple(sorted(arguments.items()))
        if key not in self._norms:
            self._norms[key] = GradientNorm(self._context.trainer(**arguments))
        return self._norms[key]()
