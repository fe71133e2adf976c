"""What a sink may ask of the network that is in training."""

from lth_keras.experiment.context import Place
from lth_keras.training import GradientNorm


class GradientNorms:
    """The gradient's norm of a unit in training; its function is compiled when first asked for.

    Args:
      context: `Context`.
    """

    def __init__(self, context):
        self._context = context
        self._norms = {}

    def __call__(self, unit):
        """The norm at the present weights of `unit`'s network; None with several replicas.

        They would have to be asked together, in step.
        """
        if self._context.replicas.count > 1:
            return None
        arguments = {}
        if unit.variant is not None:
            place = Place(self._context, unit.trial, unit.round, unit.name)
            arguments = unit.variant.architecture.arguments(place)
        key = tuple(sorted(arguments.items()))
        if key not in self._norms:
            self._norms[key] = GradientNorm(self._context.trainer(**arguments))
        return self._norms[key]()
