"""The state of a network in training: all that is needed to go on with it."""

import dataclasses

from lth_keras.errors import ConfigurationError


@dataclasses.dataclass
class TrainState:
    """All that training needs to go on.

    Attributes:
      weights: {key: array}, every variable of the model.
      masks: {key: bool array} of the prunable ones.
      step: optimizer updates so far.
      optimizer: {name: array} of the optimizer's variables; None for a fresh optimizer. Its step
        count is set to `step` in either case, so that the learning-rate schedule is at its place.
      learned: {name: array} of what a learned mask consists of; None of a network whose weights are
        trained.
    """

    weights: dict
    masks: dict
    step: int = 0
    optimizer: dict | None = None
    learned: dict | None = None


def check_fits(weights, variables):
    """Checks that `weights` are those of a model with `variables`: same keys, same shapes.

    Raises:
      ConfigurationError: names the first key that is missing, left over, or of another shape.
    """
    for key in variables:
        if key not in weights:
            raise ConfigurationError(f"the weights have no {key!r}, which the model needs")
    for key, array in weights.items():
        if key not in variables:
            raise ConfigurationError(f"the weights have {key!r}, which the model has not")
        if tuple(variables[key].shape) != array.shape:
            raise ConfigurationError(
                f"the weights of {key!r} have shape {array.shape}; the model's have "
                f"{tuple(variables[key].shape)}"
            )
