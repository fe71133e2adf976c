"""The base class of data sources."""

from lth_keras.data.loaded_data import LoadedData
from lth_keras.tasks import Task


class DataSource:
    """Where an experiment's data come from. Write a subclass for a data source of your own.

    Make it a frozen dataclass: its fields are then a part of the run's identity, like the
    fingerprint of the data. A method `get_config()` may give another dict for JSON in their place.
    """

    def load(self, data_dir: str | None = None, task: Task | None = None) -> LoadedData:
        """Loads the data, checks and splits them; `from_arrays` does so for arrays.

        It must give the same examples in the same order in each process.

        Args:
          data_dir: TFDS's data directory; other sources need not use it.
          task: the `Task` that the labels are for; None is `Classification()`.

        Raises:
          ConfigurationError: the data cannot be loaded, or the task does not take them.
        """
        raise NotImplementedError
