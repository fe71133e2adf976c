"""The formats of exports, a row for each: its file, the packages it needs, how to read and write
it."""

import contextlib
import dataclasses
import logging

import numpy as np

from lth_keras import files
from lth_keras.compat import tf
from lth_keras.keras3 import to_keras3


@dataclasses.dataclass(frozen=True)
class Format:
    """One format of an exported network.

    Attributes:
      name: as in --format.
      path: its file or folder inside the export.
      needs: the packages that are needed to read it.
      load: three lines of Python that read it and run it, with {path} and {shape}.
      tolerance: largest difference of a logit, as a share of the largest logit; 0 is bit for bit.
      metric_tolerance: largest difference of the test metric: of a share as it is, else as a
        share of the metric.
      write: function (served, model, path).
      input_form: 'float' if it always takes normalised floats; None if both forms are possible.
      skips_zeros: whether what reads it can skip weights that are zero.
    """

    name: str
    path: str
    needs: tuple
    load: tuple
    tolerance: float
    metric_tolerance: float
    write: object
    input_form: str | None = None
    skips_zeros: bool = False

    def nonzero_range(self, weights):
        """(least, most) non-zero weights that a kernel may have in this format.

        Both are its own count, except where a lower precision rounds small weights to zero.
        """
        count = int(np.count_nonzero(weights))
        if self.name == "tflite_float16":
            return int(np.count_nonzero(np.abs(weights) > 2.0**-18)), count
        if self.name == "tflite_int8":
            # One step of the layer's 255: a channel of its own scale has a finer one. Half a step
            # is where rounding to zero begins.
            step = np.abs(weights).max() / 127
            return int(np.count_nonzero(np.abs(weights) > step)), count
        return count, count


def _write_saved_model(served, model, path):
    del model
    served.save(path)


def _write_keras(served, model, path):
    del served
    model.save(str(path))


def _write_keras3(served, model, path):
    del served
    to_keras3(model).save(str(path))


def _write_onnx(served, model, path):
    del model
    import tf2onnx

    with _quiet_tf2onnx():
        made, _ = tf2onnx.convert.from_function(
            served.serve, served.serve.input_signature, opset=_OPSET)
    files.write_bytes(path, made.SerializeToString())


@contextlib.contextmanager
def _quiet_tf2onnx():
    """tf2onnx logs each of its passes over the graph."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(disabled)


def _tflite_writer(optimizations=(), types=()):
    def write(served, model, path):
        del model
        converter = tf.lite.TFLiteConverter.from_concrete_functions(
            [served.serve.get_concrete_function()], served
        )
        converter.optimizations = list(optimizations)
        converter.target_spec.supported_types = list(types)
        files.write_bytes(path, converter.convert())

    return write


_SAVED_MODEL_LOAD = (
    "import numpy as np, tensorflow as tf",
    "network = tf.saved_model.load('{path}').signatures['serving_default']",
    "labels = network(images=tf.constant(np.zeros({shape}, '{dtype}')))['label'].numpy()",
)
_KERAS_LOAD = (
    "import numpy as np, tf_keras",
    "network = tf_keras.models.load_model('{path}')  # takes normalised floats",
    "labels = network.predict(np.zeros({shape}, 'float32')).argmax(-1)",
)
_TFLITE_LOAD = (
    "import numpy as np; from ai_edge_litert.interpreter import Interpreter",
    "network = Interpreter('{path}').get_signature_runner('serving_default')",
    "labels = network(images=np.zeros({shape}, '{dtype}'))['label']",
)
_KERAS3_LOAD = (
    "import keras, numpy as np",
    "network = keras.saving.load_model('{path}')  # takes normalised floats",
    "labels = network.predict(np.zeros({shape}, 'float32')).argmax(-1)",
)
_ONNX_LOAD = (
    "import numpy as np, onnxruntime",
    "network = onnxruntime.InferenceSession('{path}')",
    "labels = network.run(['label'], {{'images': np.zeros({shape}, '{dtype}')}})[0]",
)
_LITERT = ("ai-edge-litert",)
# The newest opset that tf2onnx supports completely; onnxruntime reads it since 1.12.
_OPSET = 17

EXPORT_FORMATS = {
    each.name: each for each in (
        Format("saved_model", "saved_model", ("tensorflow",), _SAVED_MODEL_LOAD, 0.0, 0.0,
               _write_saved_model),
        Format("keras", "model.keras", ("tensorflow", "tf_keras"), _KERAS_LOAD, 0.0, 0.0,
               _write_keras, "float"),
        Format("keras3", "model_keras3.keras", ("keras", "tensorflow"), _KERAS3_LOAD, 1e-5, 0.0005,
               _write_keras3, "float"),
        Format("onnx", "model.onnx", ("onnxruntime", "onnx"), _ONNX_LOAD, 1e-4, 0.0005,
               _write_onnx),
        Format("tflite", "model.tflite", _LITERT, _TFLITE_LOAD, 1e-4, 0.0005, _tflite_writer()),
        Format("tflite_float16", "model_float16.tflite", _LITERT, _TFLITE_LOAD, 1e-2, 0.002,
               _tflite_writer([tf.lite.Optimize.DEFAULT], [tf.float16])),
        Format("tflite_int8", "model_int8.tflite", _LITERT, _TFLITE_LOAD, 0.15, 0.01,
               _tflite_writer([tf.lite.Optimize.DEFAULT])),
        Format("tflite_sparse", "model_sparse.tflite", _LITERT, _TFLITE_LOAD, 1e-4, 0.0005,
               _tflite_writer([tf.lite.Optimize.EXPERIMENTAL_SPARSITY]), skips_zeros=True),
    )
}
TICKET_LOAD = (
    "import numpy as np",
    "masks, weights = np.load('ticket/masks.npz'), np.load('ticket/weights.npz')",
    "kernels = {{key: weights[key] * masks[key] for key in masks.files}}",
)
