"""Makes a task from a run's configuration."""

from lth_keras.errors import ConfigurationError
from lth_keras.tasks.binary_classification import BinaryClassification
from lth_keras.tasks.classification import Classification
from lth_keras.tasks.language_model import LanguageModel
from lth_keras.tasks.regression import Regression

_KNOWN = {kind.__name__: kind
          for kind in (BinaryClassification, Classification, LanguageModel, Regression)}


def stored_task(configuration):
    """The `Task` of a run, not fitted yet.

    Args:
      configuration: of run.json; without 'task' it is `Classification()`.

    Raises:
      ConfigurationError: the task's class is the user's own, and no file of the run has it.
    """
    described = dict(configuration.get("task", {"class": "Classification"}))
    name = described.pop("class")
    if name not in _KNOWN or "module" in described:
        raise ConfigurationError(
            f"the run's task is {name!r}, a class of your own; export from Python, with "
            "export_network(…, data=LoadedData), where it is imported"
        )
    return _KNOWN[name](**{
        key: tuple(value) if isinstance(value, list) else value
        for key, value in described.items()})
