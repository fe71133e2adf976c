"""The Python API: a model function and data in, tickets out; for notebooks and other programs.

    import lth_keras
    result = lth_keras.find_ticket(build, (x_train, y_train), (x_test, y_test), rounds=5)
    sparse = result.model(5)

The same experiment, store and resuming as the command's; for variants and trials write a gin file.
"""

import dataclasses
import functools

import numpy as np
from rich.console import Console

from lth_keras import masks, rewinding
from lth_keras.compat import keras, tf
from lth_keras.console.progress import ProgressDisplay
from lth_keras.criteria import Magnitude
from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import IMP, Experiment, execute, prepare, total_steps
from lth_keras.paths import round_name
from lth_keras.pruning import RewindingSchedule
from lth_keras.store import network_folder
from lth_keras.store.metrics import read_rows
from lth_keras.store.network_reader import read_masks, read_rewind, read_weights
from lth_keras.training import Adam
from lth_keras.variables import named_variables

_TRIAL = 1
_WEIGHTS = ("trained", "rewound")


def find_ticket(
    model, train, test, rounds=10, rate=0.2, duration="5ep", *,
    rates=None, scope="layerwise", rewind_to="0it", criterion=None, optimizer=None,
    batch_size=128, validation=0.1, mean=0.0, std=1.0, augmentation=None, never_prune=(),
    jit="auto", seed=0, name=None, output_dir="runs", progress=True,
):
    """Finds lottery tickets in a network of your own by iterative magnitude pruning (LTH, LMC).

    Trains the dense network, then `rounds` times: prunes, sets the remaining weights back, trains
    again. Everything is stored under `output_dir` as the command stores it; the same call goes on
    where it was interrupted, and reads what is there when it was finished.

    Args:
      model: function (input_shape, num_classes) -> Keras model that gives logits; functional or
        Sequential, nested ones too, from `lth_keras.compat.keras`.
      train: (images, labels): arrays [N, …] and integers [N] (or [N, 1]) from 0 on; or a finite
        `tf.data.Dataset` of such pairs, in batches or not. uint8 is scaled to [0, 1].
      test: the same; evaluated, and never used to choose anything.
      rounds: how many times weights are pruned.
      rate: share of the remaining weights that goes in a round.
      duration: until which step every round trains: '5ep', '2000it'.
      rates, scope, rewind_to: as `RewindingSchedule`'s.
      criterion: what ranks the weights; None is `Magnitude()`.
      optimizer: a configuration from `lth_keras.training`; None is `Adam()`.
      batch_size, augmentation, never_prune, jit, seed: as `Experiment`'s.
      validation: share or count of the training examples to hold out, for you to choose by.
      mean, std: subtracted and divided by after scaling; a number, or one per channel.
      name: the run's; None is the model function's.
      output_dir: where runs live; made where it does not exist.
      progress: whether to show how far it is.

    Returns:
      `Tickets`.

    Raises:
      ConfigurationError: something does not fit; nothing was written.
      RunError: the run cannot go on; what is stored stays good.
    """
    if isinstance(model, keras.Model) or not callable(model):
        raise ConfigurationError(
            f"model is a {type(model).__name__}; expected a function (input_shape, num_classes) "
            "that builds the Keras model, so that each trial and round can have its own"
        )
    dataset = ArrayDataset(*_pair(train, "train"), *_pair(test, "test"), validation, mean, std)
    try:
        experiment = Experiment(
            dataset=dataset, model=model,
            imp=IMP(
                RewindingSchedule(rounds, rate, rates, scope, rewind_to),
                Magnitude() if criterion is None else criterion, duration,
            ),
            optimizer=Adam() if optimizer is None else optimizer,
            duration=duration, batch_size=batch_size, augmentation=augmentation,
            never_prune=never_prune, jit=jit, seed=seed,
            name=name or getattr(model, "__name__", "ticket"),
        )
    except ConfigurationError as error:
        # gin appends a line for each configurable that an error passed through.
        raise ConfigurationError(str(error).splitlines()[0]) from None
    prepared = prepare(experiment, output_dir)
    console = Console(quiet=not progress)
    with ProgressDisplay(total_steps(prepared), prepared.run, console) as reporter:
        execute(prepared, reporter)
    return Tickets(prepared)


class Tickets:
    """The tickets of a finished run, sparser by the round: `tickets[3]`, or one after the other.

    Attributes:
      path: the run's folder.
      rounds: how many times weights were pruned; `tickets[0]` is the dense network.
    """

    def __init__(self, prepared):
        self._context = prepared.context
        self.path = prepared.context.paths.root
        self.rounds = prepared.experiment.imp.schedule.rounds

    def __len__(self):
        return self.rounds + 1

    def __getitem__(self, index):
        if not isinstance(index, (int, np.integer)) or not -len(self) <= index < len(self):
            raise IndexError(f"there is no round {index!r}; expected 0 to {self.rounds}")
        return Ticket(self._context, int(index) % len(self))

    def __repr__(self):
        return f"Tickets in {self.path}\n{self.table.to_string(index=False)}"

    @property
    def table(self):
        """A pandas table: round, density, and the accuracies at the end of its training."""
        import pandas

        columns = ("round", "density", "val_accuracy", "test_accuracy")
        return pandas.DataFrame([{key: getattr(each, key) for key in columns} for each in self])

    @property
    def initial_weights(self):
        """θ_0, {'layer/kernel': array}."""
        return rewinding.load_initial(self._context.paths, _TRIAL).weights

    @property
    def rewound_weights(self):
        """θ_k, which every round starts from, before a mask is applied."""
        return read_rewind(self._context.paths, _TRIAL)

    def model(self, index, weights="trained"):
        """`self[index].model(weights)`."""
        return self[index].model(weights)

    def normalize(self, images):
        """Images as the networks were trained on them, float32: scaled, mean and std applied."""
        return self._context.data.normalize(images)


class Ticket:
    """The network of one round: a mask, and the weights before and after training.

    Attributes:
      round: how many prunings made its mask.
      density: share of the prunable weights that is kept.
      kept_weights: {'layer/kernel': number} of weights kept.
      test_accuracy: at the end of its training, 0 to 1.
      val_accuracy: the same on what was held out; None where nothing was.
      path: its folder.
    """

    def __init__(self, context, index):
        self._context = context
        self.round = index
        self.path = context.paths.network(_TRIAL, round_name(index))
        facts = network_folder.facts(self.path)
        self.density, self.kept_weights = facts["density"], facts["kept_weights"]
        last = self.metrics.iloc[-1]
        self.test_accuracy = float(last["test_accuracy"])
        held_out = context.data.size("validation")
        self.val_accuracy = float(last["val_accuracy"]) if held_out else None

    def __repr__(self):
        return f"Ticket(round={self.round}, density={self.density:.4f}, path={str(self.path)!r})"

    @functools.cached_property
    def metrics(self):
        """A pandas table of every evaluation of its training."""
        return read_rows(self.path)

    @property
    def masks(self):
        """{'layer/kernel': bool array}."""
        return read_masks(self.path)

    @property
    def trained_weights(self):
        """{'layer/kernel': array} of every variable after training; pruned weights are zero."""
        return read_weights(self.path)

    @property
    def rewound_weights(self):
        """The same before training: the rewind point under the mask."""
        point = read_rewind(self._context.paths, _TRIAL)
        return masks.apply(self.masks, point)

    def model(self, weights="trained"):
        """A plain Keras model of your function, without a trace of pruning but the zeros.

        Args:
          weights: 'trained', or 'rewound' for the ticket as it was before training.

        Raises:
          ConfigurationError: `weights` is neither.
        """
        if weights not in _WEIGHTS:
            raise ConfigurationError(f"weights is {weights!r}; expected one of {_WEIGHTS}")
        arrays = self.trained_weights if weights == "trained" else self.rewound_weights
        model = self._context.build()
        for key, variable in named_variables(model).items():
            variable.assign(arrays[key])
        return model


@dataclasses.dataclass(frozen=True, eq=False)
class ArrayDataset:
    """Arrays in the place of a `Dataset`; arguments as `data.from_arrays`'s."""

    x_train: np.ndarray = dataclasses.field(repr=False)
    y_train: np.ndarray = dataclasses.field(repr=False)
    x_test: np.ndarray = dataclasses.field(repr=False)
    y_test: np.ndarray = dataclasses.field(repr=False)
    validation: float | int = 0
    mean: float | tuple = 0.0
    std: float | tuple = 1.0

    def load(self, data_dir=None):
        """`LoadedData`."""
        del data_dir
        return from_arrays(
            self.x_train, self.y_train, self.x_test, self.y_test,
            validation=self.validation, mean=self.mean, std=self.std,
        )

    def get_config(self):
        """What a run's identity needs beside the fingerprint of the arrays."""
        return {"validation": self.validation, "mean": np.asarray(self.mean).tolist(),
                "std": np.asarray(self.std).tolist()}


def _pair(data, which):
    """(images, labels) as arrays."""
    if isinstance(data, tf.data.Dataset):
        data = _collect(data, which)
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise ConfigurationError(
            f"{which} is a {type(data).__name__}; expected a pair (images, labels) or a "
            "tf.data.Dataset of such pairs"
        )
    images, labels = (np.asarray(each) for each in data)
    # Keras's own data sets give CIFAR's labels as a column.
    return images, labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels


def _collect(dataset, which):
    spec = dataset.element_spec
    if not isinstance(spec, tuple) or len(spec) != 2:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset of {spec!r}; expected pairs (image, label): map it first"
        )
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset without an end; expected one pass over the examples: "
            "leave repeat() out"
        )
    image, label = (each.shape for each in spec)
    if label.rank and image[0] == label[0]:
        dataset = dataset.unbatch()
    pairs = list(dataset.as_numpy_iterator())
    if not pairs:
        raise ConfigurationError(f"{which} is a tf.data.Dataset without an example")
    return tuple(np.stack(each) for each in zip(*pairs, strict=True))
