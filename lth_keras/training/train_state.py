"""The state of a network in training: all that is needed to go on with it."""

import dataclasses


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
