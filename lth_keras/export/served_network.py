"""The served network: a TensorFlow module with signatures that describe inputs and outputs."""

import json

import numpy as np

from lth_keras.compat import tf
from lth_keras.variables import named_variables


def preprocessing(data):
    """How a raw image becomes the network's input, as JSON: (x · scale − mean) / std."""
    return {
        "formula": "(x * scale - mean) / std, in float32",
        "scale": float(data.scale), "mean": np.asarray(data.mean).tolist(),
        "std": np.asarray(data.std).tolist(),
    }


class ServedNetwork(tf.Module):
    """A plain model behind the signatures `serving_default` and `description`.

    Args:
      model: a plain Keras model that gives the task's outputs.
      data: `LoadedData`, for its normalisation and its task.
      input_form: 'uint8', raw images that the graph normalises; 'float', normalised already.
      description: JSON-able facts that the signature `description` returns as a string.
    """

    def __init__(self, model, data, input_form, description):
        super().__init__()
        # Only variables and functions are saved: no Keras objects, no metadata.
        self.parameters = named_variables(model)
        shape, name = [None, *data.input_shape], data.task.output_name
        kind = tf.uint8 if input_form == "uint8" else tf.float32
        text = tf.constant(json.dumps(description, sort_keys=True, ensure_ascii=False))

        @tf.function(input_signature=[tf.TensorSpec(shape, kind, name="images")])
        def serve(images):
            if input_form == "uint8":
                images = tf.cast(images, tf.float32) * float(data.scale)
                images = (images - data.mean) / data.std
            outputs = tf.cast(model(images, training=False), tf.float32)
            return {
                name: tf.identity(outputs, name), **data.task.answers(outputs),
            }

        @tf.function(input_signature=[])
        def describe():
            return {"json": tf.identity(text)}

        self.serve, self.describe, self._name = serve, describe, name

    def outputs(self, images, batch_size):
        """Outputs [N, …] for `images`, batch by batch, as the exported graph computes them."""
        return np.concatenate([
            self.serve(tf.constant(images[first : first + batch_size]))[self._name].numpy()
            for first in range(0, len(images), batch_size)
        ])

    def save(self, folder):
        """Writes a SavedModel."""
        tf.saved_model.save(
            self, str(folder),
            {"serving_default": self.serve, "description": self.describe},
        )
