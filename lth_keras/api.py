"""The Python API: a model function and data in, tickets out; for notebooks and other programs.

    import lth_keras
    result = lth_keras.find_ticket(build, (x_train, y_train), (x_test, y_test), rounds=5)
    sparse = result.model(5)

The experiment, its files and its resumption are the same as those of the command. For variants and
several trials write a gin file.
"""

import dataclasses
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from rich.console import Console

from lth_keras.compat import keras, tf
from lth_keras.console.progress import ProgressDisplay
from lth_keras.criteria import Criterion, Magnitude
from lth_keras.data import DataSource, from_arrays, has_fields, input_fields
from lth_keras.data.conversion import as_array
from lth_keras.data.tf_datasets import collected
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import IMP, Experiment, execute, prepare
from lth_keras.granularity import Granularity, Weights
from lth_keras.keras3 import is_keras3
from lth_keras.pruning import RewindingSchedule
from lth_keras.tasks import Classification, Task
from lth_keras.tickets import Tickets
from lth_keras.training import Adam


def find_ticket(
    model: Callable[..., Any], train: Any, test: Any, rounds: int = 10, rate: float = 0.2,
    duration: str = "5ep", *, rates: Mapping[str, float | None] | None = None,
    scope: str = "layerwise", rewind_to: str = "0it", granularity: Granularity | None = None,
    criterion: Criterion | None = None, optimizer: Any = None, batch_size: int = 128,
    validation: Any = 0.1, input: str | None = None, output: str | None = None,
    mean: float | Sequence[float] = 0.0, std: float | Sequence[float] = 1.0,
    augmentation: Callable | None = None, never_prune: Sequence[str] = (), label: str | None = None,
    also_prune: Sequence[str] = (), initial_weights: str | os.PathLike | None = None,
    task: Task | None = None, jit: str | bool = "auto", seed: int = 0, name: str | None = None,
    output_dir: str | os.PathLike = "runs", progress: bool = True, compact_training: bool = False,
    weight: str | None = None) -> Tickets:
    """Finds lottery tickets in a network of your own by iterative magnitude pruning (LTH, LMC).

    Trains the dense network; then, `rounds` times, prunes it, rewinds the remaining weights, and
    trains again. The run is stored under `output_dir`; the same call goes on where it was
    interrupted.

    Args:
      model: function (input_shape, num_outputs) -> functional or Sequential model of tf_keras or
        Keras 3, that gives logits, or what the task takes.
      train: (examples, labels), or with weights as a third: arrays [N, …] and integers [N]; or a
        finite `tf.data.Dataset` of such, or of dicts with the keys `input`, `label` and `weight`.
        uint8 is scaled to [0, 1]. Examples of several inputs are a tuple or a dict of arrays.
      test: the same; nothing is ever chosen by it.
      rounds, rate, rates, scope, rewind_to, granularity: as `RewindingSchedule`'s; None: `Weights`.
      duration: the step at which the training of each round ends: '5ep', '2000it'.
      criterion, optimizer, task: None is `Magnitude()`, `Adam()`, `Classification()`. Keras's own
        Adam, AdamW and SGD, with Keras's schedules, are taken too.
      batch_size, augmentation, never_prune, also_prune, initial_weights, output, jit, seed,
        compact_training: as `Experiment`'s.
      validation: share or count of the training examples to hold out, or a set like `train`.
      mean, std: subtracted and divided by after scaling; a number, or one per channel.
      name: the run's. output_dir: the folder of runs. progress: whether to show a progress bar.

    Raises:
      ConfigurationError: something does not fit; nothing was written.
      RunError: the run cannot go on (what is stored stays valid), or the dense network diverged.
    """
    _check_builds(model)
    experiment = _experiment(
        _dataset(train, test, validation, mean, std, input, label, weight), model,
        dict(rounds=rounds, rate=rate, rates=rates, scope=scope, rewind_to=rewind_to,
             granularity=granularity or Weights()),
        criterion=criterion or Magnitude(), optimizer=optimizer or Adam(), duration=duration,
        batch_size=batch_size, augmentation=augmentation, never_prune=tuple(never_prune),
        also_prune=tuple(also_prune), initial_weights=initial_weights, output=output, jit=jit,
        compact_training=compact_training, task=task or Classification(), seed=seed,
        name=name or getattr(model, "__name__", "ticket"))
    return _tickets(experiment, output_dir, progress)


@dataclasses.dataclass(frozen=True, eq=False)
class ArrayDataset(DataSource):
    """The data source of `find_ticket`: arrays; arguments as for `data.from_arrays`."""

    x_train: np.ndarray = dataclasses.field(repr=False)
    y_train: np.ndarray = dataclasses.field(repr=False)
    x_test: np.ndarray = dataclasses.field(repr=False)
    y_test: np.ndarray = dataclasses.field(repr=False)
    validation: float | int | tuple = 0
    mean: float | Sequence[float] = 0.0
    std: float | Sequence[float] = 1.0
    w_train: np.ndarray | None = dataclasses.field(default=None, repr=False)
    w_test: np.ndarray | None = dataclasses.field(default=None, repr=False)

    def load(self, data_dir=None, task=None):
        """`LoadedData`."""
        del data_dir
        return from_arrays(
            self.x_train, self.y_train, self.x_test, self.y_test,
            validation=self.validation, mean=self.mean, std=self.std, task=task,
            w_train=self.w_train, w_test=self.w_test,
        )

    def get_config(self):
        """The part of a run's identity that is not in the fingerprint of the arrays."""
        own = isinstance(self.validation, tuple)  # It is in the fingerprint.
        return {"validation": "own" if own else self.validation,
                "mean": np.asarray(self.mean).tolist(), "std": np.asarray(self.std).tolist(),
                **self._fields()}

    def _fields(self):
        # The fingerprint has the shape and type of one array, but not those of several packed into
        # rows.
        if not has_fields(self.x_train, len(self.y_train)):
            return {}
        return {"inputs": input_fields(self.x_train, "the training examples").describe()}


def _as_given(error: ConfigurationError) -> str:
    """An error's text with the names of `find_ticket`'s own arguments."""
    # gin appends a line for each configurable that an error passed through.
    first = str(error).splitlines()[0]
    return re.sub(r"\b(Experiment|IMP|RewindingSchedule)\.(?=[a-z])", "", first)


def _check_builds(model):
    """Raises ConfigurationError unless `model` is a function."""
    if isinstance(model, keras.Model) or is_keras3(model) or not callable(model):
        raise ConfigurationError(
            f"model is a {type(model).__name__}; expected a function (input_shape, num_outputs) "
            "that builds the Keras model, so that each trial and round can have its own"
        )


def _experiment(dataset, model, schedule, criterion, duration, **others):
    """The `Experiment`; an error becomes one line in the caller's words."""
    try:
        imp = IMP(RewindingSchedule(**schedule), criterion, duration)
        return Experiment(dataset=dataset, model=model, imp=imp, duration=duration, **others)
    except ConfigurationError as error:
        raise ConfigurationError(_as_given(error)) from None


def _tickets(experiment, output_dir, progress):
    """Runs the experiment, or what is left of it, and opens its tickets."""
    try:
        prepared = prepare(experiment, output_dir)
    except ConfigurationError as error:
        raise ConfigurationError(_as_given(error)) from None
    console = Console(quiet=not progress)
    with ProgressDisplay(prepared.total_steps, prepared.run, console) as reporter:
        execute(prepared, reporter)
    tickets = Tickets(prepared)
    tickets.check_dense()
    return tickets


def _dataset(train, test, validation, mean, std, *keys):
    """The `ArrayDataset` of what the caller gave."""
    _check_keys((train, test, validation), *keys)
    x_train, y_train, w_train = _triple(train, "train", *keys)
    x_test, y_test, w_test = _triple(test, "test", *keys)
    if isinstance(validation, (tuple, list, tf.data.Dataset)):
        *pair, weights = _triple(validation, "validation", *keys)
        validation = (*pair,) if weights is None else (*pair, weights)
    return ArrayDataset(
        x_train, y_train, x_test, y_test, validation, mean, std, w_train, w_test)


def _check_keys(data: tuple[Any, ...], *keys: str | None) -> None:
    """Refuses keys of dicts where no `tf.data.Dataset` has dicts."""
    of_dicts = any(isinstance(each, tf.data.Dataset) and isinstance(each.element_spec, dict)
                   for each in data)
    for parameter, key in zip(("input", "label", "weight"), keys, strict=False):
        if key is not None and not of_dicts:
            raise ConfigurationError(
                f"{parameter} is {key!r}, a key of a tf.data.Dataset of dicts, and none is given; "
                f"leave {parameter} out: of arrays, weights are the third of (images, labels, "
                "weights)"
            )


def _triple(
    data: Any, which: str, *keys: str | None,
) -> tuple[Any, np.ndarray, np.ndarray | None]:
    """(examples, labels, weights or None) as arrays; examples of several arrays as a tuple or a
    dict of them."""
    if isinstance(data, tf.data.Dataset):
        data = collected(data, which, *keys)
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
        raise ConfigurationError(
            f"{which} is a {type(data).__name__}; expected a pair (images, labels), a triple with "
            "weights, or a tf.data.Dataset of pairs or triples"
        )
    images, labels = data[0], as_array("arrays", which, "labels", data[1])
    if not has_fields(images, len(labels) if labels.ndim else 0):
        images = as_array("arrays", which, "examples", images)
    # Keras's own data sets give CIFAR's labels as a column.
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    return images, labels, data[2] if len(data) == 3 else None
