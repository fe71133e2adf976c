"""Checks a task's functions before any training: traces them once, without data."""

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError


def check_functions(task, data):
    """Traces `loss` and `metric` on the data's types, in milliseconds.

    Args:
      task: the `Task`, fitted.
      data: `LoadedData`.

    Raises:
      ConfigurationError: a function fails, or does not give pairs of scalars.
    """
    examples = (
        tf.TensorSpec([None, *data.labels.shape[1:]], data.labels.dtype),
        tf.TensorSpec([None, *data.output_shape], tf.float32), tf.TensorSpec([None], tf.float32),
    )
    (loss,) = _traced(task, "loss", lambda *given: [task.loss(*given)], examples)
    metrics = _traced(task, "metric", task.metric, examples)
    kind = type(task).__name__
    if not _is_pair(loss):
        raise ConfigurationError(
            f"{kind}.loss gives {loss!r}; expected two scalars, Σ w·loss and Σ w, as "
            "lth_keras.tasks.weighted makes them"
        )
    if not isinstance(metrics, (tuple, list)) or len(metrics) != len(task.metrics) \
            or not all(map(_is_pair, metrics)):
        raise ConfigurationError(
            f"{kind}.metric gives {metrics!r}; expected a tuple of {len(task.metrics)}, a pair of "
            "scalars for each of its metrics"
        )


def _traced(task, name, function, examples):
    """The function's result, as symbolic tensors."""
    results = []

    def noting(*given):
        results.append(function(*given))
        return tf.zeros([])

    try:
        tf.function(noting, autograph=False).get_concrete_function(*examples)
    # A user's function may raise anything.
    except Exception as error:
        first = next(iter(str(error).strip().splitlines()), "no reason given")
        raise ConfigurationError(
            f"{type(task).__name__}.{name} fails on labels {examples[0].shape} and outputs "
            f"{examples[1].shape}: {type(error).__name__}: {first[:120]}"
        ) from error
    return results[0]


def _is_pair(value):
    return isinstance(value, (tuple, list)) and len(value) == 2 and all(
        isinstance(each, (int, float)) or getattr(each, "shape", None) == () for each in value)
