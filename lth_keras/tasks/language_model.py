"""Language models: the next token at each place of a text."""

import dataclasses

import gin
import numpy as np

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.metric import Metric
from lth_keras.tasks import labels as checks
from lth_keras.tasks.classification import check_smoothing
from lth_keras.tasks.cross_entropy import cross_entropy, smoothed
from lth_keras.tasks.task import Task
from lth_keras.tasks.weighting import combined, weighted


@gin.configurable
@dataclasses.dataclass(frozen=True)
class LanguageModel(Task):
    """Softmax cross-entropy of the next token, judged by perplexity.

    Outputs are logits [N, T, V]; labels are the next tokens, integers [N, T]. `next_tokens` makes
    inputs and labels from sequences. Loss and perplexity are over all positions of all examples;
    perplexity = exp(mean cross-entropy), and 1 is perfect. The training perplexity is exp of the
    mean over the batches.

    Inputs of the labels' shape [N, T] that are whole numbers are tokens too, and have to be in the
    vocabulary: of one outside, XLA looks up another token and a GPU zeros, without an error.

    Attributes:
      vocabulary: V; None takes it from the data, or else one more than the largest token of the
        training examples.
      ignore_label: positions with this label, such as padding, are left out of loss and metrics.
      label_smoothing: ε of the loss; see `Classification`.
      margin: how much higher a perplexity still counts as matching.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    vocabulary: int | None = None
    ignore_label: int | None = None
    label_smoothing: float = 0.0
    margin: float = 0.05

    output_name = "logits"

    def __post_init__(self):
        for name, least in (("vocabulary", 2), ("ignore_label", -(2**31))):
            value = getattr(self, name)
            if value is not None and (
                    isinstance(value, bool) or not isinstance(value, int) or value < least):
                raise ConfigurationError(
                    f"LanguageModel.{name} is {value!r}; expected a whole number"
                    f"{' of at least 2' if name == 'vocabulary' else ''}, or None"
                )
        check_smoothing(self)
        _ = self.metrics  # The metric's constructor checks the margin.

    @property
    def metrics(self):
        """Perplexity."""
        return (Metric("perplexity", higher_is_better=False, margin=self.margin),)

    def loss(self, labels, outputs, weights):
        """Cross-entropy; arguments and result as `Task.loss`'s."""
        labels, weights = self._known(labels, weights)
        if self.label_smoothing:
            return weighted(smoothed(labels, outputs, self.label_smoothing), weights)
        return weighted(cross_entropy(labels, outputs), weights)

    def metric(self, labels, outputs, weights):
        """Cross-entropy without smoothing; arguments and result as `Task.metric`'s."""
        labels, weights = self._known(labels, weights)
        return (weighted(cross_entropy(labels, outputs), weights),)

    def finish(self, means):
        """exp of the mean cross-entropy; infinite where that overflows."""
        with np.errstate(over="ignore"):
            return [float(np.exp(np.float64(mean))) for mean in means]

    def take_labels(self, labels, name, split, examples):
        """Tokens [N, T], int32 or uint8."""
        if labels.dtype.kind not in "ui" or labels.ndim != 2 or labels.shape[-1] < 2:
            checks.refuse(name, split, labels, f"the next token at each of T places, integers "
                          f"({examples}, T): lth_keras.tasks.next_tokens makes them from sequences")
        return checks.class_indices(labels, name, split, examples)

    def fitted(self, labels, inputs, name, classes=None):
        """The task with its vocabulary; arguments as `Task.fitted`'s."""
        number = self.vocabulary or classes
        if number is None:
            checks.check_range(labels, 2**31, self.ignore_label, name, "train")
            seen = labels if self.ignore_label is None else labels[labels != self.ignore_label]
            most = [seen.max()]
            if _are_tokens(inputs, labels):
                most += [part.max() for part in _parts(inputs)]
            number = 1 + int(max(most))
        task = dataclasses.replace(self, vocabulary=number)
        task.check_fit(labels, name, "train")
        task.check_inputs(inputs, labels, name, "train")
        return task

    def check_fit(self, labels, name, split):
        """Checks that all tokens are in the vocabulary."""
        checks.check_range(labels, self.vocabulary, self.ignore_label, name, split)

    def check_inputs(self, inputs, labels, name, split):
        """Checks that inputs that are tokens are in the vocabulary."""
        if inputs.shape[1:] != labels.shape[1:]:
            return  # Sounds or pictures, say, or a context before the text.
        for part in _parts(inputs):
            least, most = part.min(), part.max()
            if (least < 0 or most >= self.vocabulary) and np.all(part == np.floor(part)):
                raise ConfigurationError(
                    f"the {split} inputs of '{name}' have tokens from {int(least)} to {int(most)}; "
                    f"expected 0..{self.vocabulary - 1}, as the labels: correct them, or give a "
                    "larger LanguageModel.vocabulary"
                )

    def output_shape(self, labels_shape):
        """[T, V]."""
        return (*labels_shape, self.vocabulary)

    def served(self):
        """See `Task.served`."""
        return {"kind": "tokens", "ignore_label": self.ignore_label}

    def answers(self, outputs):
        """Probabilities of the next token at each place, and the most probable one."""
        return {
            "probabilities": tf.nn.softmax(outputs, name="probabilities"),
            "label": tf.argmax(outputs, -1, output_type=tf.int32, name="label"),
        }

    def _known(self, labels, weights):
        labels = tf.cast(labels, tf.int32)
        if self.ignore_label is None:
            return labels, weights
        kept = labels != self.ignore_label
        return tf.where(kept, labels, 0), combined(weights, tf.cast(kept, tf.float32))


def _are_tokens(inputs, labels):
    """Whether inputs may be tokens: rows of whole numbers, as labels are; no pictures or sounds."""
    return len(inputs.shape) == labels.ndim and all(
        np.all(part == np.floor(part)) for part in _parts(inputs))


def _parts(inputs):
    """Examples as arrays of some of them: those on disk may not fit into memory."""
    return inputs.parts() if hasattr(inputs, "parts") else (inputs,)


def next_tokens(sequences):
    """(inputs, labels) of sequences [N, T + 1]: all but the last token, and all but the first."""
    sequences = np.asarray(sequences)
    if sequences.ndim != 2 or sequences.shape[1] < 2:
        raise ConfigurationError(
            f"sequences have shape {sequences.shape}; expected [N, T + 1] with at least two tokens "
            "in each"
        )
    return sequences[:, :-1], sequences[:, 1:]
