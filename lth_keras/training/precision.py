"""Mixed precision: half-precision arithmetic, float32 weights, masks, losses and updates."""

import contextlib

from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError

PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")


def check_precision(precision):
    """Checks the name.

    Raises:
      ConfigurationError: it is not one of `PRECISIONS`.
    """
    if precision not in PRECISIONS:
        raise ConfigurationError(
            f"Experiment.precision is {precision!r}; expected one of {PRECISIONS}")


@contextlib.contextmanager
def building(precision):
    """A context in which new layers without a dtype of their own compute in `precision`.

    The layers' configurations keep the precision, so that their copies have it too. At the end the
    policy that the caller had set is set again; with 'float32' it is never changed.
    """
    if precision == "float32":
        yield
        return
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(precision)
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)


def with_loss_scale(optimizer, precision):
    """The optimizer, and for 'mixed_float16' one that scales the loss (Micikevicius et al. 2018).

    Scaling keeps gradients that are below float16's smallest number. An update whose gradients
    are not finite is left out, but its step counts, and the scale is halved.
    """
    if precision != "mixed_float16":
        return optimizer
    return keras.mixed_precision.LossScaleOptimizer(optimizer)


def scaled_loss(optimizer, loss):
    """The loss that is differentiated: scaled where the optimizer scales."""
    return optimizer.get_scaled_loss(loss) if _scales(optimizer) else loss


def unscaled(optimizer, gradients):
    """The gradients of the loss itself."""
    return optimizer.get_unscaled_gradients(gradients) if _scales(optimizer) else gradients


def optimizer_variables(optimizer):
    """All variables of an optimizer that a checkpoint needs; those of its loss scale come last."""
    if not _scales(optimizer):
        return [*optimizer.variables, *_unlisted(optimizer)]
    state = optimizer._loss_scale  # Keras's public property gives a tensor, not the variable.
    return [*optimizer.variables, *_unlisted(optimizer.inner_optimizer),
            state._current_loss_scale, state.counter]


def loss_scale(optimizer):
    """The variable by which the loss is multiplied; None where it is not."""
    return optimizer._loss_scale._current_loss_scale if _scales(optimizer) else None


def _unlisted(optimizer):
    """Variables that an optimizer keeps and does not list, as Nadam's product of its decays."""
    listed = {id(variable) for variable in optimizer.variables}
    return [each for name, each in sorted(vars(optimizer).items())
            if isinstance(each, tf.Variable) and id(each) not in listed
            and not name.endswith("learning_rate")]


def _scales(optimizer):
    return isinstance(optimizer, keras.mixed_precision.LossScaleOptimizer)
