"""The result of `find_ticket`: the tickets of a finished run, read from its folder."""

import dataclasses
import functools
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lth_keras import export, masks, models, rewinding
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.metric import ACCURACY
from lth_keras.paths import round_name
from lth_keras.store import network_folder
from lth_keras.store.masks_and_weights import read_masks, read_rewind, read_weights
from lth_keras.store.metrics import read_rows

if TYPE_CHECKING:
    import pandas

    from lth_keras.experiment.context import Context
    from lth_keras.experiment.prepare import Prepared

_TRIAL = 1
_WEIGHTS = ("trained", "rewound")


class Tickets:
    """The tickets of a finished run: `tickets[3]` is that of round 3; a loop gives all of them.

    Attributes:
      path: the run's folder.
      rounds: how many times weights were pruned; `tickets[0]` is the dense network. If a round's
        training diverged, that round is the last one.
    """

    def __init__(self, prepared: "Prepared"):
        self._context = prepared.context
        self.path = prepared.context.paths.root
        self.rounds = prepared.experiment.imp.schedule.rounds
        while self.rounds and not network_folder.is_done(self._folder(self.rounds)):
            self.rounds -= 1  # The round was skipped, because the one before diverged.

    def _folder(self, round):
        return self._context.paths.network(_TRIAL, round_name(round))

    def check_dense(self) -> None:
        """Checks that the training of the dense network did not diverge.

        Raises:
          RunError: its loss was not finite; there is nothing to prune.
        """
        facts = network_folder.facts(self._folder(0))
        if facts["diverged"]:
            raise RunError(
                f"the dense network diverged: its loss is not finite at step {facts['steps']}, "
                "so that there is nothing to prune; lower the learning rate of the optimizer, or "
                f"look at the data's scale (mean, std); what is stored is in {self.path}"
            )

    def __len__(self) -> int:
        return self.rounds + 1

    def __iter__(self) -> Iterator["Ticket"]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> "Ticket":
        if not isinstance(index, (int, np.integer)) or not -len(self) <= index < len(self):
            planned = self._context.schedule.rounds
            why = f": round {self.rounds} diverged" if self.rounds < planned else ""
            raise IndexError(f"there is no round {index!r}{why}; expected 0 to {self.rounds}")
        return Ticket(self._context, int(index) % len(self))

    def __repr__(self) -> str:
        return f"Tickets in {self.path}\n{self.table.to_string(index=False)}"

    @property
    def table(self) -> "pandas.DataFrame":
        """A pandas table: round, density, and the metric at the end of its training."""
        import pandas

        name = self._context.metric.name
        return pandas.DataFrame([
            {"round": each.round, "density": each.density, f"val_{name}": each.val_metric,
             f"test_{name}": each.test_metric} for each in self])

    @property
    def initial_weights(self) -> dict[str, np.ndarray]:
        """θ_0, {'layer/kernel': array}."""
        return rewinding.load_initial(self._context.paths, _TRIAL).weights

    @property
    def rewound_weights(self) -> dict[str, np.ndarray]:
        """θ_k, which every round starts from, before a mask is applied."""
        return read_rewind(self._context.paths, _TRIAL)

    def model(self, round: int, weights: str = "trained", keras: int = 2) -> Any:
        """`self[round].model(weights, keras)`."""
        return self[round].model(weights, keras)

    def answers(self, outputs: Any) -> dict[str, np.ndarray]:
        """The meaning of outputs: probabilities and label, or the prediction in the labels' unit;
        {} for a task of your own without `answers`."""
        outputs = tf.convert_to_tensor(outputs, tf.float32)
        shape = self._context.data.output_shape
        if self._context.interface.one_for_two and shape[-1] == 2 and outputs.shape[-1] == 1:
            outputs = models.as_two_logits(outputs)
        said = self._context.task.answers(outputs)
        return {name: value.numpy() for name, value in said.items()}

    def normalize(self, images: Any) -> Any:
        """Examples as the networks were trained on them: scaled, mean and std applied, float32.

        Examples of several arrays come as the tuple or dict that the model takes.
        """
        data = self._context.data
        if data.inputs is not None:
            return data.inputs.unpack(data.inputs.pack(images))
        return data.normalize(images)


class Ticket:
    """The network of one round: a mask, and the weights before and after training.

    Attributes:
      round: the number of prunings that made its mask.
      density: share of the prunable weights that is kept.
      kept_weights: {'layer/kernel': number} of weights kept.
      kept_groups: {row of the granularity: number} of groups kept; None where a group is a weight.
      test_metric: the task's first metric at the end of its training.
      val_metric: the same on the validation examples; None where there are none.
      test_accuracy, val_accuracy: the same two, where that metric is accuracy, 0 to 1.
      path: its folder.
    """

    def __init__(self, context: "Context", round: int):
        self._context = context
        self.round = round
        self.path = context.paths.network(_TRIAL, round_name(round))
        facts = network_folder.facts(self.path)
        self.density, self.kept_weights = facts["density"], facts["kept_weights"]
        self.kept_groups = facts.get("kept_groups")
        last = self.metrics.iloc[-1]
        name, held_out = context.metric.name, context.data.size("validation")
        self.test_metric = float(last[f"test_{name}"])
        self.val_metric = float(last[f"val_{name}"]) if held_out else None
        if context.metric == ACCURACY:
            self.test_accuracy, self.val_accuracy = self.test_metric, self.val_metric

    def __repr__(self) -> str:
        return f"Ticket(round={self.round}, density={self.density:.4f}, path={str(self.path)!r})"

    @functools.cached_property
    def metrics(self) -> "pandas.DataFrame":
        """A pandas table of every evaluation of its training."""
        return read_rows(self.path)

    @property
    def masks(self) -> dict[str, np.ndarray]:
        """{'layer/kernel': bool array}."""
        return read_masks(self.path)

    @property
    def trained_weights(self) -> dict[str, np.ndarray]:
        """{'layer/kernel': array} of every variable after training; pruned weights are zero."""
        return read_weights(self.path)

    @property
    def rewound_weights(self) -> dict[str, np.ndarray]:
        """The same before training: the rewind point under the mask."""
        point = read_rewind(self._context.paths, _TRIAL)
        return masks.apply(self.masks, point)

    def model(self, weights: str = "trained", keras: int = 2) -> Any:
        """A plain Keras model of your function; only the zeros in its weights come from pruning.

        Args:
          weights: 'trained', or 'rewound' for the ticket as it was before training.
          keras: 2 for a tf_keras model; 3 for a Keras 3 model, which is your function's own where
            it builds one.

        Raises:
          ConfigurationError: an argument is none of these; or a layer is not in Keras 3.
        """
        if keras not in (2, 3):
            raise ConfigurationError(f"keras is {keras!r}; expected 2 (tf_keras) or 3")
        arrays = self._arrays(weights)
        context = self._context
        interface = dataclasses.replace(context.interface, as_written=True)
        model = context.build(interface=interface) if keras == 2 else models.build_keras3(
            context.experiment.model, context.data.input_shape, context.data.output_shape,
            interface)
        _assign(arrays, model)
        return model

    def assign_to(self, model: Any, weights: str = "trained") -> None:
        """Assigns the ticket's weights, zeros where pruned, to a built model of yours.

        Args:
          model: of tf_keras or Keras 3, with the layers that your function gives.
          weights: as `model`'s.

        Raises:
          ConfigurationError: the layers do not match; nothing has been assigned.
        """
        _assign(self._arrays(weights), model)

    def export(self, to: str | os.PathLike, **options: Any) -> dict[str, Any]:
        """Writes the network for use elsewhere, and checks what was written in a fresh process.

        Args:
          to: the folder to make; it must not exist.
          **options: fields of `lth_keras.export.ExportOptions`, such as `formats=("tflite",)` and
            `compact=True`.

        Returns:
          The card, as written to card.json.

        Raises:
          ConfigurationError: an option is none of these, or `to` exists.
          RunError: the written export does not pass its checks; it is removed again.
        """
        known = [field.name for field in dataclasses.fields(export.ExportOptions)]
        if wrong := [name for name in options if name not in known]:
            raise ConfigurationError(
                f"export got the option {wrong[0]!r}; expected one of {', '.join(known)}")
        return export.export_network(
            self._context.paths.root, _TRIAL, self.path.name, to,
            export.ExportOptions(**options), data=self._context.data)

    def _arrays(self, weights):
        if weights not in _WEIGHTS:
            raise ConfigurationError(f"weights is {weights!r}; expected one of {_WEIGHTS}")
        return self.trained_weights if weights == "trained" else self.rewound_weights


def _assign(arrays, model):
    export.TicketFile({}, arrays, 0, {}).assign_to(model)
