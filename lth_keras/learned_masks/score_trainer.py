"""The trainer of scores: state in, state out, as `training.Trainer`, for masks that are learned."""

import dataclasses
import math
from typing import Any

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras.compat import tf
from lth_keras.errors import RunError
from lth_keras.learned_masks.score_engine import ScoreEngine
from lth_keras.training.feed import feed_for
from lth_keras.training.train_state import TrainState, assign_optimizer
from lth_keras.training.trainer import Trainer
from lth_keras.variables import check_fits, snapshot

_PARTS = ("scores", "weight", "count", "gates_kept")


@dataclasses.dataclass(eq=False)
class ScoredLayer:
    """The variables of one prunable kernel.

    Attributes:
      kernel: the model's variable: weight × gate × scale.
      size: number of weights.
      scores: the trained variable.
      weight: the frozen weights.
      count: int32, how many the mask rule keeps.
      gates_kept: int64, the sum of all updates' gates; the cost of training follows from it.
      scale: the factor of the present update; set while the update is traced.
    """

    kernel: Any
    size: int
    scores: Any
    weight: Any
    count: Any
    gates_kept: Any
    scale: Any = 1.0


class ScoreTrainer(Trainer):
    """Trains the scores of a `LearnedMask`; every weight stays what it was.

    Biases, shifts and scales of normalisation are not trained either; moving statistics move.

    Args:
      rule: `LearnedMask`.
      model, schedule, optimizer, others: as `Trainer`'s; `rule.optimizer` goes first.

    It trains on one device, and every prunable kernel has to be trainable; the experiment's checks
    see to both.

    Raises:
      ConfigurationError: as `Trainer`.
    """

    def __init__(self, rule, model, schedule, optimizer, *others, **options):
        self._rule = rule
        self._settled = None
        super().__init__(model, schedule, rule.optimizer or optimizer, *others, **options)

    @property
    def mask_variables(self):
        """{key: variable} of the final masks of the scores at the last `state` or `evaluate`."""
        return self._final

    def _trained_variables(self):
        self._layers, self._final = {}, {}
        for key in self._masks:
            kernel = self._variables[key]
            self._final[key] = tf.Variable(
                tf.ones(kernel.shape, tf.uint8), trainable=False, name=f"final_mask/{key}")
            self._layers[key] = ScoredLayer(
                kernel, math.prod(kernel.shape),
                tf.Variable(tf.zeros(kernel.shape), name=f"scores/{key}"),
                tf.Variable(tf.zeros(kernel.shape), trainable=False),
                tf.Variable(0, trainable=False), tf.Variable(0, trainable=False, dtype=tf.int64),
            )
        return [layer.scores for layer in self._layers.values()]

    def _make_engine(self, l2, evaluation_batch_size, augmentation, jit, asked):
        self._feed = feed_for(self.data, jit)
        return ScoreEngine(
            self._rule, list(self._layers.values()), self.model, self.data.task, self._optimizer,
            (), l2, self._feed, self.batch_size, evaluation_batch_size, augmentation, jit)

    def load(self, state, dense_moments=False):
        """Assigns `state`, whose `learned` is what `first_state` or `state` gave.

        Args:
          state: `TrainState`.
          dense_moments: of update rules, which no variant has beside a learned mask.

        Raises:
          ConfigurationError: its weights do not fit this architecture.
          RunError: its optimizer is another one.
        """
        check_fits(state.weights, self._variables)
        for key, array in state.weights.items():
            self._variables[key].assign(array)
        for mask in self._masks.values():
            mask.assign(tf.ones_like(mask))  # The gates alone decide.
        for key, layer in self._layers.items():
            for part in _PARTS:
                getattr(layer, part).assign(state.learned[f"{part}/{key}"])
        assign_optimizer(state, self._optimizer_variables, self._fresh_optimizer)
        self._optimizer.iterations.assign(state.step)
        self._settled = None

    def state(self):
        """The present state, as copies: the network under its final masks, and its scores.

        Raises:
          RunError: a weight outside its mask is not zero.
        """
        masks = self._settle()
        weights = snapshot(self._variables)
        masks_lib.check_applied(masks, weights)
        learned = {f"{part}/{key}": np.array(getattr(layer, part).numpy())
                   for key, layer in self._layers.items() for part in _PARTS}
        return TrainState(weights, masks, self.step, snapshot(self._optimizer_variables), learned)

    def evaluate(self, split):
        """As `Trainer.evaluate`, of the network under its final masks."""
        self._settle()
        return super().evaluate(split)

    def _train(self, *arguments):
        self._settled = None
        return super()._train(*arguments)

    def _settle(self):
        """The final masks; the model's kernels hold the network under them."""
        if self._settled is None:
            counts = {key: int(layer.count.numpy()) for key, layer in self._layers.items()}
            scores = {key: layer.scores.numpy() for key, layer in self._layers.items()}
            self._settled = self._rule.final_masks(scores, counts)
            for key, layer in self._layers.items():
                weight, mask = layer.weight.numpy(), self._settled[key]
                scale = np.float32(self._rule.scale(layer.size, max(1, int(mask.sum()))))
                layer.kernel.assign(np.where(mask, weight * scale, np.float32(0)))
                self._final[key].assign(mask.astype(np.uint8))
        return self._settled


def first_state(rule, weights, masks, generator, shapes):
    """What `TrainState.learned` holds before the first update.

    Args:
      rule: `LearnedMask`.
      weights: {key: array} that the network starts from, and keeps.
      masks: {key: bool array} whose counts are kept.
      generator: np.random.Generator that draws the first scores.
      shapes: {key: `PrunableWeight.unit_shape`}.
    """
    learned = {}
    for key in sorted(masks):
        count = int(np.count_nonzero(masks[key]))
        learned |= {
            f"scores/{key}": rule.first_scores(
                shapes[key], count, generator).reshape(masks[key].shape),
            f"weight/{key}": weights[key], f"count/{key}": np.int32(count),
            f"gates_kept/{key}": np.int64(0),
        }
    return learned


def mean_kept(learned, updates):
    """{key: weights that the gates kept at an update, on average}; {} before the first update.

    Raises:
      RunError: `learned` was not made by `first_state`.
    """
    kept = {name.partition("/")[2]: array for name, array in learned.items()
            if name.startswith("gates_kept/")}
    if not kept:
        raise RunError("a learned mask's state has no gates_kept; its checkpoint is damaged")
    return {key: float(total) / updates for key, total in kept.items()} if updates else {}
