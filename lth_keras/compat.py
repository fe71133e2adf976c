"""The one place where Keras, TensorFlow and TFMOT are imported, and checked to fit together."""

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
    """Holds back what TensorFlow's C++ says while it is imported, and shows it only on failure.

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

    # Keras's own global generator is not part of its public API.
    from tf_keras.src import backend as keras_backend

    # The first look for devices is noisy too, where there is no GPU.
    tf.config.list_physical_devices()

def _give_signals_a_stack():
    """Lets signals arrive while oneDNN multiplies matrices, without a damaged heap.

    Its AVX-512 kernel puts the stack pointer into a buffer of the heap, so that a signal's frame
    (Ctrl-C, SIGTERM, a timer's) overwrites what lies below it: the process aborts, or goes on
    with wrong numbers. Python's handlers ask for the alternate stack where there is one, and
    `faulthandler` is what sets one up, for the main thread, where signals arrive.
    """
    if faulthandler.is_enabled() or threading.current_thread() is not threading.main_thread():
        return
    try:
        faulthandler.enable(sys.__stderr__)
    except (AttributeError, OSError, RuntimeError, ValueError):  # No stderr with a descriptor.
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
    "PrunableLayer", "PruneLowMagnitude", "PruneRegistry", "PruningSchedule",
    "keras", "keras_backend", "strip_pruning", "tf", "tfmot",
]
