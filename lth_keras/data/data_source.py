"""The base class of what an experiment's data come from."""

from lth_keras.data.loaded_data import LoadedData
from lth_keras.tasks import Task


class DataSource:
    """Where an experiment's data come from. A data source of one's own is a subclass of it.

    Make it a frozen dataclass: its fields are then a part of the run's name, beside the
    fingerprint of the data. A subclass may say in `get_config()`, a dict for JSON, which of them.
    """

    def load(self, data_dir: str | None = None, task: Task | None = None) -> LoadedData:
        """The data, split, checked and in memory; `from_arrays` makes them from arrays.

        The same source gives the same examples in the same order, in each process.

        Args:
          data_dir: TFDS's data directory; what does not come from TFDS has no use for it.
          task: the `Task` that the labels are for; None is `Classification()`.

        Raises:
          ConfigurationError: the data cannot be had, or are not what the task takes.
        """
        raise NotImplementedError
