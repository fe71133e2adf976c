"""XLA: when it compiles, and what it is told on CPUs."""

import functools
import os

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError

JIT = ("auto", True, False)
# A sixth of a step of LeNet-300-100 at batch 60, a twentieth at batch 1024. As it comes, XLA uses
# half of AVX-512's registers, and hands reductions to a library (YNNPACK) that takes longer for
# those of a bias. Both flags are known to the TensorFlow that requirements.txt asks for; XLA ends a
# process that names one it knows not.
_FLAGS = (
    "--xla_cpu_prefer_vector_width=512",
    "--xla_cpu_experimental_ynn_fusion_type=",
)


def resolve_jit(jit, model):
    """Whether to compile with XLA: 'auto' means always on GPUs, and on CPUs without convolutions.

    On CPUs XLA's convolutions are 15 to 40 times slower than oneDNN's.

    Raises:
      ConfigurationError: `jit` is none of 'auto', True and False.
    """
    if not any(jit is known or jit == known for known in JIT):
        raise ConfigurationError(f"jit is {jit!r}; expected one of {JIT}")
    if jit != "auto":
        return bool(jit)
    if tf.config.list_physical_devices("GPU"):
        return True
    return all(len(variable.shape) <= 2 for variable in model.trainable_variables)


def compiled(function, jit):
    """`function` as a TensorFlow function, compiled with XLA if `jit`."""
    if jit:
        _read_flags()
    return tf.function(function, jit_compile=jit)


@functools.cache
def _read_flags():
    """Has XLA read the flags above; those in the environment count more.

    It reads them once in a process, when it is first used: in a program that used it before, they
    come too late, and training is slower and rounds in another way. They are taken out of the
    environment again: another library's XLA, here or in a process started from here, may not know
    them.
    """
    theirs = os.environ.get("XLA_FLAGS")
    os.environ["XLA_FLAGS"] = " ".join((*_FLAGS, theirs or ""))
    try:
        with tf.device("CPU:0"):
            tf.function(tf.identity, jit_compile=True)(tf.constant(0.0))
    finally:
        if theirs is None:
            del os.environ["XLA_FLAGS"]
        else:
            os.environ["XLA_FLAGS"] = theirs
