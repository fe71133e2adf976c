"""The state of a network in training: all that is needed to go on with it."""

import dataclasses

from lth_keras.errors import RunError


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


def assign_optimizer(state, variables, fresh):
    """Assigns an optimizer's variables as `state` has them; its step count comes from `state.step`.

    Args:
      state: `TrainState`.
      variables: {name: variable} of the optimizer.
      fresh: {name: array} of a new optimizer, for a state that has none.

    Raises:
      RunError: the state was stored by an optimizer that lacks one of the variables.
    """
    arrays = fresh if state.optimizer is None else state.optimizer
    missing = sorted(variables.keys() - arrays.keys())
    if missing:
        raise RunError(
            f"the stored state of the optimizer at step {state.step} has no {missing[0]!r}: it "
            "was stored by another optimizer, or by a version of lth_keras that left this out; "
            "train the experiment again with another --output_dir")
    for name, variable in variables.items():
        variable.assign(arrays[name])
