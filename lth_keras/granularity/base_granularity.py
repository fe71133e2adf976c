"""The base class of every granularity."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from lth_keras.errors import ConfigurationError
from lth_keras.granularity.grouping import FindUnits, Grouping


class Granularity:
    """Says which weights form a group, and are kept or pruned together.

    Criteria score single weights; their scores are pooled over a group. Subclasses are frozen
    dataclasses with `@gin.configurable`, and override `grouping`. A class without this base class
    is refused.

    Attributes:
      group: what one group is called in tables, in the singular: 'weight', 'block'.
    """

    group: str = "group"

    def grouping(self, weights: Sequence[Any], find_units: FindUnits | None = None) -> Grouping:
        """The groups of one network.

        Args:
          weights: its `PrunableWeight`s, in the order of its layers.
          find_units: function without arguments that gives a `GroupRow` for each set of units that
            go together in the model's graph; None: the units of each layer by themselves.

        Raises:
          ConfigurationError: there is nothing to group.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no method grouping(weights, find_units)")

    def get_config(self) -> dict:
        """Its class and fields as JSON, from which `from_config` makes an equal one."""
        fields = dataclasses.fields(self) if dataclasses.is_dataclass(self) else ()
        values = {field.name: getattr(self, field.name) for field in fields}
        return {"class_name": type(self).__name__, "config": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()}}

    def __str__(self):
        config = self.get_config()["config"]
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in config.items())})"


def from_config(described: dict) -> Granularity:
    """The granularity that `get_config` described.

    Raises:
      ConfigurationError: no class of that name is known in this process.
    """
    kinds = list(Granularity.__subclasses__())
    for kind in kinds:  # The list grows while it is read.
        kinds.extend(kind.__subclasses__())
    for kind in kinds:
        if kind.__name__ == described["class_name"]:
            return kind(**described["config"])
    raise ConfigurationError(
        f"RewindingSchedule.granularity is of the class {described['class_name']!r}, which is "
        "not known here; import the module that defines it first"
    )
