"""Mixed precision inside TFMOT's wrapper, which calls a layer past the casts that Keras makes."""

import inspect

from lth_keras.compat import auto_cast_variables, tf


def casting(layer):
    """`layer`, which from now on casts inputs and variables itself when it computes in half.

    The wrapper stays in float32: it multiplies the kernel by its mask in place, and neither may
    pass through half precision on the way.
    """
    if layer.compute_dtype == layer.variable_dtype:
        return layer
    plain, kind = layer.call, tf.as_dtype(layer.compute_dtype)

    def in_its_precision(inputs, **options):
        with auto_cast_variables(kind):
            return plain(tf.nest.map_structure(lambda each: tf.cast(each, kind), inputs), **options)

    # The wrapper hands `training` on to those that name it.
    if "training" in inspect.signature(plain).parameters:
        layer.call = lambda inputs, training=None: in_its_precision(inputs, training=training)
    else:
        layer.call = lambda inputs: in_its_precision(inputs)
    return layer
