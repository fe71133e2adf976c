"""Imports Keras, TensorFlow and TFMOT, in this one place, and checks that they fit together."""

import contextlib
import faulthandler
import logging
import os
import sys
import tempfile
import threading

from lth_keras.errors import ConfigurationError

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@contextlib.contextmanager
def _quiet():
    """Holds back the messages of TensorFlow's C++ during the import, and shows them only on
    failure.

    Until its log is set up it ignores TF_CPP_MIN_LOG_LEVEL and writes to file descriptor 2.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        except BaseException:
            said.seek(0)
            os.write(kept, said.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


with _quiet():
    import tensorflow as tf
    import tf_keras as keras

    logging.getLogger("tensorflow").setLevel(logging.ERROR)

    import tensorflow_model_optimization as tfmot
    from tensorflow_model_optimization.python.core.sparsity.keras import (
        prunable_layer,
        prune_registry,
        pruning_schedule,
        pruning_wrapper,
    )

    # Keras's own global generator is not part of its public API, nor what `x + y` becomes.
    from tf_keras.src import backend as keras_backend
    from tf_keras.src.layers.core.tf_op_layer import TFOpLambda as OperatorLayer

    # The first search for devices prints messages too if there is no GPU.
    tf.config.list_physical_devices()

def _give_signals_a_stack():
    """Gives signals a stack of their own, so that they do not damage the heap inside oneDNN.

    oneDNN's AVX-512 kernel points the stack pointer into a buffer on the heap. The frame of a
    signal (Ctrl-C, SIGTERM, a timer) then overwrites the memory below that buffer: the process
    aborts, or goes on with wrong numbers. Python's handlers use the alternate stack if there is
    one, and `faulthandler` makes one for the main thread, which receives the signals.
    """
    if faulthandler.is_enabled() or threading.current_thread() is not threading.main_thread():
        return
    try:
        faulthandler.enable(sys.__stderr__)
    except (AttributeError, OSError, RuntimeError, ValueError):  # stderr has no file descriptor.
        faulthandler.enable(open(os.devnull, "w"))  # noqa: SIM115 - for the process's life


_give_signals_a_stack()

if not issubclass(pruning_wrapper.PruneLowMagnitude, keras.layers.Wrapper):
    raise ConfigurationError(
        "TFMOT was loaded on another Keras than tf_keras: TF_USE_LEGACY_KERAS was not 1 when "
        "TensorFlow was first imported; import lth_keras before tensorflow, or set it to 1"
    )

PruneLowMagnitude = pruning_wrapper.PruneLowMagnitude
PruningSchedule = pruning_schedule.PruningSchedule
PruneRegistry = prune_registry.PruneRegistry
PrunableLayer = prunable_layer.PrunableLayer
strip_pruning = tfmot.sparsity.keras.strip_pruning

__all__ = [
    "OperatorLayer", "PrunableLayer", "PruneLowMagnitude", "PruneRegistry", "PruningSchedule",
    "keras", "keras_backend", "strip_pruning", "tf", "tfmot",
]
