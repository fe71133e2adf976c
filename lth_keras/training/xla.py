"""Decides when XLA compiles, and sets its flags on CPUs."""

import functools
import os

from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError
from lth_keras.variables import parts, plain, walk

JIT = ("auto", True, False)
# These flags save a sixth of a step of LeNet-300-100 at batch 60, and a twentieth at batch 1024. By
# default XLA uses half the width of AVX-512's registers, and a library (YNNPACK) for reductions,
# which is slower for those of a bias. The TensorFlow in requirements.txt knows both flags; XLA ends
# a process whose flags it does not know.
_FLAGS = (
    "--xla_cpu_prefer_vector_width=512",
    "--xla_cpu_experimental_ynn_fusion_type=",
)


def resolve_jit(jit, model):
    """Whether to compile with XLA: 'auto' means always on GPUs, and on CPUs for plain matrices.

    On CPUs XLA's convolutions are 15 to 40 times slower than oneDNN's. The loops over time of
    recurrent layers are left to TensorFlow there too: XLA's were not measured.

    Raises:
      ConfigurationError: `jit` is not 'auto', True or False.
    """
    if not any(jit is known or jit == known for known in JIT):
        raise ConfigurationError(f"jit is {jit!r}; expected one of {JIT}")
    if jit != "auto":
        return bool(jit)
    if tf.config.list_physical_devices("GPU"):
        return True
    if any(isinstance(part, keras.layers.RNN)
           for _, layer in walk(model) for _, part in parts(plain(layer))):
        return False
    return all(len(variable.shape) <= 2 for variable in model.trainable_variables)


def compiled(function, jit):
    """`function` as a TensorFlow function, compiled with XLA if `jit`."""
    if jit:
        _read_flags()
    return tf.function(function, jit_compile=jit)


@functools.cache
def _read_flags():
    """Makes XLA read the flags above; flags in the environment take precedence.

    XLA reads its flags once per process, at its first use. If a program used XLA before, our flags
    have no effect: training is slower and rounds differently. Afterwards they are removed from
    the environment, because the XLA of another library, in this process or in one that it starts,
    may not know them.
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
