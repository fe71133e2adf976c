"""The base class of every update rule."""

import dataclasses
import math

from lth_keras import masks as masks_lib
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.mask_updates.update_inputs import UpdateInputs
from lth_keras.masks import Arrays


@dataclasses.dataclass(frozen=True)
class MaskUpdate:
    """Says at which steps masks change, and how.

    Subclasses are frozen dataclasses with `@gin.configurable`, and override `masks`. A class
    without this base class is refused.

    A weight that is dropped becomes zero. A weight that is grown starts at zero, and the optimizer
    has forgotten it: its moments are zero.

    Attributes:
      every: stretch between two updates, counted from `begin`.
      begin: the step from which updates are counted, or the training's first where that is later;
        the first update comes `every` later.
      until: the last step that may have an update: a duration, or a share of the training, in
        (0, 1]. There is none at the training's last step, after which nothing would be trained.
      dense_gradients: whether `masks` asks for the gradients of all weights.
      dense_moments: whether the optimizer gets the gradients of pruned weights too.
      asks_moments: whether `masks` asks for the optimizer's means of gradients.
      revives: whether a weight that is grown keeps what its last update gave it, and its moments.
      starts_dense: whether training starts with all weights, and arrives at the mask rule's counts.
      moves_between_layers: whether only the sum of all layers' counts is kept.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    every: str = "100it"
    begin: str = "0it"
    until: str | float = 0.75

    # Not fields: they are fixed for each rule.
    dense_gradients = False
    dense_moments = False
    asks_moments = False
    revives = False
    starts_dense = False
    moves_between_layers = False

    def __post_init__(self):
        name = type(self).__name__
        Duration.parse(self.begin, f"{name}.begin")
        if Duration.parse(self.every, f"{name}.every").value < 1:
            raise ConfigurationError(f"{name}.every is {self.every!r}; expected at least one")
        if isinstance(self.until, str):
            Duration.parse(self.until, f"{name}.until")
        else:
            check_share(self.until, f"{name}.until", "a duration like '20ep', or a share of the "
                        "training in (0, 1]")

    def masks(self, inputs: UpdateInputs) -> Arrays:
        """The masks from now on.

        Args:
          inputs: the network, as it is now.

        Returns:
          {key: bool array of the weight's shape} for the keys of `inputs.masks`, with as many
          weights as `counts` says.
        """
        raise NotImplementedError(f"{type(self).__name__} has no method masks(inputs)")

    def counts(self, inputs: UpdateInputs) -> dict[str, int]:
        """{key: kept weights} after the update: by default as many as before."""
        return masks_lib.kept(inputs.masks)

    def updated(self, inputs: UpdateInputs) -> Arrays:
        """`masks`, checked.

        Raises:
          RunError: they are not boolean, not of the kernels or their shapes, or not as many weights
            as `counts` says.
        """
        masks, counts = self.masks(inputs), self.counts(inputs)
        try:
            masks_lib.check_given(masks, inputs.masks)
            masks_lib.check(masks, expected=None if self.moves_between_layers else counts)
            masks_lib.check_total(masks, sum(counts.values()))
        except RunError as error:
            raise RunError(f"{type(self).__name__}.masks: {error}; correct the rule") from error
        return masks

    def first(self, masks: Arrays) -> Arrays:
        """The masks that training starts with, where the mask rule gives `masks`."""
        if not self.starts_dense:
            return masks
        return {key: masks_lib.ones(mask.shape) for key, mask in masks.items()}

    def beginning(self, start: int, steps_per_epoch: int) -> int:
        """The step from which updates are counted, in a training from step `start` on."""
        return max(start, Duration.parse(self.begin).steps(steps_per_epoch))

    def last(self, start: int, stop: int, steps_per_epoch: int) -> int:
        """The step that `until` names, in a training from `start` to `stop`."""
        if isinstance(self.until, str):
            return Duration.parse(self.until).steps(steps_per_epoch)
        return start + math.floor(self.until * (stop - start))

    def steps(self, start: int, stop: int, steps_per_epoch: int) -> range:
        """The steps with an update, in a training from `start` to `stop`."""
        first = self.beginning(start, steps_per_epoch)
        every = Duration.parse(self.every).steps(steps_per_epoch)
        until = min(self.last(start, stop, steps_per_epoch), stop - 1)
        return range(first + every, until + 1, every)


def check_share(value, name, expected="a share in (0, 1]"):
    """Raises ConfigurationError unless `value` is a number in (0, 1]."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise ConfigurationError(f"{name} is {value!r}; expected {expected}")
