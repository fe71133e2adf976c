"""Checks of TensorFlow's devices: GPUs, XLA, oneDNN, and a GPU's numbers against a CPU's."""

import functools
import os
import pathlib
import shutil

import numpy as np

from lth_keras.compat import keras, tf
from lth_keras.doctor.check import NOTE, WRONG, Check
from lth_keras.training.xla import compiled

_STEPS, _BATCH = 20, 64
# Twenty updates of float32 in another order of summation; TensorFloat-32 is switched off.
_TOLERANCE = 1e-3


def devices():
    """The `Check`s of TensorFlow's devices and compilers."""
    gpus = tf.config.list_physical_devices("GPU")
    checks = [_gpu(gpus), _xla(), _one_dnn()]
    if gpus:
        checks.append(_same_numbers())
    return checks


def _gpu(gpus):
    if gpus:
        names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
                 for gpu in gpus]
        return Check("GPU", ", ".join(names))
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1") and _has_driver():
        return Check("GPU", "hidden by CUDA_VISIBLE_DEVICES", NOTE, "unset it to use the GPU")
    if _has_driver():
        return Check("GPU", "there is a driver, and TensorFlow sees no GPU", WRONG,
                     "pip install 'tensorflow[and-cuda]'")
    return Check("GPU", "none; trains on the CPU", NOTE,
                 "small networks are fast there; see BUILD.md for GPUs")


def _has_driver():
    return shutil.which("nvidia-smi") is not None or pathlib.Path("/dev/nvidia0").exists()


def _xla():
    try:
        value = compiled(lambda x: 2.0 * x, True)(tf.constant(21.0)).numpy()
    except (tf.errors.OpError, ValueError) as error:
        return Check("XLA", str(error).splitlines()[0], WRONG, "bind Experiment.jit = False")
    if value != 42:
        return Check("XLA", f"2 · 21 gave {value}", WRONG, "bind Experiment.jit = False")
    flags = os.environ.get("XLA_FLAGS")
    if flags:
        return Check("XLA", f"compiles, with your XLA_FLAGS {flags}", NOTE,
                     "numbers may differ from a run without them")
    return Check("XLA", "compiles")


def _one_dnn():
    if os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0":
        return Check("oneDNN", "switched off by TF_ENABLE_ONEDNN_OPTS=0", NOTE,
                     "unset it: convolutions on CPUs are several times faster with it")
    try:
        known = pathlib.Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        known = ""
    wide = next((name for name in ("avx512f", "avx2") if name in known), None)
    if wide is None:
        return Check("oneDNN", "a processor without AVX2", NOTE, "training is slow on it")
    return Check("oneDNN", f"on, {wide.upper()}")


def _same_numbers():
    """Twenty updates of a small network on the GPU and on the CPU, from the same weights."""
    tf.config.experimental.enable_tensor_float_32_execution(False)
    results = [_trained(device) for device in ("CPU:0", "GPU:0")]
    furthest = max(float(np.max(np.abs(one - other)))
                   for one, other in zip(*results, strict=True))
    seen = f"after {_STEPS} steps weights on GPU and CPU differ by at most {furthest:.1e}"
    if not furthest <= _TOLERANCE:  # `not <=` also refuses NaN.
        return Check("GPU against CPU", seen, WRONG,
                     "the GPU's arithmetic is not to be trusted: check driver and memory")
    return Check("GPU against CPU", seen)


def _trained(device):
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(_BATCH, 32)).astype(np.float32)
    labels = generator.integers(0, 10, _BATCH)
    with tf.device(device):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.layers.Dense(64, "relu", input_shape=(32,)), keras.layers.Dense(10)])
        starts = [generator.normal(0, 0.1, value.shape).astype(np.float32)
                  for value in model.get_weights()]
        model.set_weights(starts)
        optimizer = keras.optimizers.SGD(0.1)
        step = functools.partial(_step, model, optimizer, tf.constant(inputs), tf.constant(labels))
        for _ in range(_STEPS):
            step()
        return model.get_weights()


def _step(model, optimizer, inputs, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels, model(inputs, training=True)))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables),
                                  model.trainable_variables, strict=True))
