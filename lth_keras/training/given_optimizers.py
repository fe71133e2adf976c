"""Converts optimizers of Keras, given by a program, into our configurations.

A configuration can be stored and compared, and builds the optimizer anew for each network.
"""

import numpy as np

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.keras3 import is_keras3_optimizer
from lth_keras.training.learning_rates import KerasSchedule
from lth_keras.training.optimizers import SGD, Adam, AdamW

# Arguments that our classes have; all others must have Keras's defaults.
_TAKEN = {
    "Adam": ("learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon"),
    "AdamW": ("learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon"),
    "SGD": ("learning_rate", "momentum", "nesterov"),
}
# Arguments that change no number, or only together with another argument.
_NO_MATTER = ("name", "jit_compile", "is_legacy_optimizer", "ema_momentum",
              "ema_overwrite_frequency", "loss_scale_factor")
# Attributes, set after the constructor, that exclude variables from weight decay.
_EXCEPTIONS = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_names")


def from_keras(optimizer):
    """The configuration of an optimizer of tf_keras or Keras 3; any other object unchanged.

    Args:
      optimizer: Keras's Adam, AdamW or SGD, with a number or one of Keras's own schedules for its
        learning rate; `Adam(weight_decay=…)` is what `AdamW` is.

    Raises:
      ConfigurationError: it is another optimizer, or has an argument that our class lacks.
    """
    if not is_keras_optimizer(optimizer):
        return optimizer
    kind = type(optimizer).__name__
    if kind not in _TAKEN or not type(optimizer).__module__.startswith(("keras.", "tf_keras.")):
        raise ConfigurationError(
            f"optimizer is Keras's {kind}; expected Adam, AdamW or SGD, or "
            f"lth_keras.training.KerasOptimizer({kind!r}, {{'learning_rate': …}}), which builds "
            "any optimizer of tf_keras"
        )
    config = optimizer.get_config()
    _refuse_others(optimizer, kind, config)
    values = {name: config[name] for name in _TAKEN[kind] if name in config}
    values["learning_rate"] = _rate(optimizer, config["learning_rate"])
    if kind == "SGD":
        return SGD(**values)
    if values.get("weight_decay") is None:
        values.pop("weight_decay", None)
        return Adam(**values)
    return AdamW(**values)


def is_keras_optimizer(thing):
    """Whether it is an optimizer of tf_keras or of Keras 3."""
    ours = (keras.optimizers.Optimizer, keras.optimizers.legacy.Optimizer)
    return isinstance(thing, ours) or is_keras3_optimizer(thing)


def _refuse_others(optimizer, kind, config):
    usual = type(optimizer)().get_config()
    for name, value in config.items():
        if name not in _TAKEN[kind] and name not in _NO_MATTER and value != usual.get(name):
            raise ConfigurationError(
                f"optimizer is Keras's {kind} with {name}={value!r}, which lth_keras's has not; "
                "leave it out"
            )
    if any(getattr(optimizer, name, None) for name in _EXCEPTIONS):
        raise ConfigurationError(
            f"optimizer is Keras's {kind} with exclude_from_weight_decay, which lth_keras's has "
            "not; leave it out"
        )


def _rate(optimizer, rate):
    """A number, or a `KerasSchedule` of one of Keras's schedules."""
    if not isinstance(rate, dict):
        return _decimal(rate)
    schedules = keras.optimizers.schedules
    if not hasattr(schedules, rate["class_name"]) or rate.get("registered_name"):
        raise ConfigurationError(
            f"optimizer is Keras's {type(optimizer).__name__} with the learning-rate schedule "
            f"{rate['class_name']}; expected one of Keras's own, or of lth_keras.training"
        )
    return KerasSchedule(rate["class_name"], {
        name: value for name, value in rate["config"].items() if name != "name"})


def _decimal(rate):
    """A float32 as the decimal that the user wrote: 0.001, where Keras returns 0.0010000000475."""
    return float(str(np.float32(rate)))
