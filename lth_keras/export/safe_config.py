"""Checks whether a stored Keras configuration may be built: it must not name code to run.

Keras builds what a configuration names: a Lambda layer from bytecode, a function by its module and
name. Of a configuration that somebody else may have written, only what is listed here is built,
the operations of `safe_operations`, and what this process itself has registered with
`keras.saving.register_keras_serializable`.
"""

import contextlib
import math

from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError
from lth_keras.export.safe_operations import computes_only, grows, operation_of

_LAYERS = frozenset("""
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
    AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
    CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D Dense
    DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU EinsumDense Embedding Flatten Functional GRU
    GRUCell GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization InputLayer LSTM LSTMCell
    LayerNormalization LeakyReLU LocallyConnected1D LocallyConnected2D Masking MaxPooling1D
    MaxPooling2D MaxPooling3D Maximum Minimum Model MultiHeadAttention Multiply Normalization PReLU
    Permute RNN RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation
    RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape Resizing
    SeparableConv1D SeparableConv2D
    Sequential SimpleRNN SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D
    SpectralNormalization StackedRNNCells Subtract ThresholdedReLU TimeDistributed
    UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
    ZeroPadding3D
""".split())
_OTHERS = frozenset("""
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones
    Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros L1 L1L2 L2
    OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg RadialConstraint UnitNorm Policy
    __tuple__ __numpy__ TensorShape
""".split())
_MODULES = ("keras", "tf_keras")
# Sides of kernels: no kernel may be larger than the stored one.
_SIDES = ("units", "filters", "input_dim", "output_dim", "key_dim", "value_dim", "num_heads",
          "kernel_size", "depth_multiplier")
# What makes pictures and sequences larger or smaller: no more than the input's or a weight's side.
_EXTENTS = ("pool_size", "size", "strides", "dilation_rate", "padding", "output_padding",
            "cropping")
# What an operation that makes tensors larger may be called with, where nothing stored is as large:
# an image may be resized to more than its sides.
_ARGUMENT = 4096
# Elements of variables that are not stored: the states of layers' random numbers, and counters.
_UNSTORED = 4096


def check_config(config, weights, name, input_shape=None):
    """Checks a model's configuration before anything is built from it.

    Args:
      config: of a functional or Sequential model.
      weights: {key: array} that the model is to have.
      name: of the run or the file, for the message.
      input_shape: of one example of the data; None if that is not known, or if there are several
        inputs.

    Raises:
      ConfigurationError: it names something that is not listed, is larger than its weights, or
        takes other inputs.
    """
    largest = max((side for array in weights.values() for side in array.shape), default=1)
    largest = max(largest, 1)
    limits = dict.fromkeys(_SIDES, largest) | dict.fromkeys(
        _EXTENTS, max(largest, *(input_shape or ()), 1))
    try:
        _check(config, name, limits)
        if input_shape is not None:
            _check_inputs(config, name, input_shape)
    except RecursionError as error:
        raise ConfigurationError(f"the model stored in {name} is nested without end") from error


@contextlib.contextmanager
def room_for(weights, name):
    """Lets a model be built inside, if its variables are no larger than its stored weights.

    Keras says the shapes of variables only when they have their room. So they are counted here, one
    by one, before each gets it.

    Args:
      weights, name: as `check_config`'s.

    Raises:
      ConfigurationError: a variable would be larger than what is left of the stored elements.
    """
    left = _UNSTORED + sum(array.size for array in weights.values())

    def create(make, **arguments):
        nonlocal left
        shape = tf.TensorShape(arguments.get("shape"))
        if shape.is_fully_defined():  # The others are made of values that are there.
            left -= math.prod(shape)
            if left < 0:
                raise ConfigurationError(
                    f"the model stored in {name} has a {arguments.get('name')!r} of shape "
                    f"{tuple(shape)}, and so many weights are not stored; it was altered")
        return make(**arguments)

    with tf.variable_creator_scope(create):
        yield


def _check_inputs(config, name, input_shape):
    """Checks the shape of one example, where the configuration names one input's."""
    shapes = []
    for layer in config.get("layers", ()):
        inner = layer.get("config", {}) if isinstance(layer, dict) else {}
        shape = inner.get("batch_input_shape") or inner.get("batch_shape")
        if isinstance(shape, (list, tuple)) and layer.get("class_name") == "InputLayer":
            shapes.append(tuple(shape)[1:])
    if len(shapes) == 1 and (len(shapes[0]) != len(input_shape) or any(
            side not in (None, known) for side, known in zip(shapes[0], input_shape, strict=True))):
        raise ConfigurationError(
            f"the model stored in {name} takes inputs of shape {shapes[0]}, and the data's are "
            f"{tuple(input_shape)}; it was altered")


def _check(value, name, limits):
    if isinstance(value, dict):
        if {"class_name", "module", "registered_name", "fn"} & set(value):
            _check_class(value, name)
            _check_arguments(value, name, max(_ARGUMENT, *limits.values()))
        for key, each in value.items():
            longest = max(_integers(each), default=0) if key in limits else 0
            if longest > limits.get(key, 0):
                raise ConfigurationError(
                    f"the model stored in {name} has {key} = {each!r:.80}, and no stored array "
                    "has so long a side; it was altered"
                )
            _check(each, name, limits)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _check(each, name, limits)


def _integers(value):
    """The integers of an integer or of nested lists of them."""
    if isinstance(value, (list, tuple)):
        return [each for part in value for each in _integers(part)]
    return [value] if isinstance(value, int) else []


def _check_arguments(value, name, most):
    """Checks the sizes that an operation is called with, where it makes tensors larger."""
    operation = operation_of(value)
    if operation is None or not grows(operation):
        return
    longest = max(_numbers(value.get("inbound_nodes")), default=0)
    if longest > most:
        raise ConfigurationError(
            f"the model stored in {name} calls {operation} with {longest:g}, and no stored array "
            "has so long a side; it was altered")


def _numbers(value):
    """The numbers in nested lists and dicts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [each for part in value for each in _numbers(part)]
    return [value] if isinstance(value, (int, float)) else []


def _check_class(value, name):
    kind, module = value.get("class_name"), value.get("module")
    registered = value.get("registered_name")
    known = {**keras.saving.get_custom_objects()}
    if registered in known or f"{module}>{kind}" in known or kind in known:
        return
    is_ours = module is None or str(module).split(".")[0] in _MODULES
    operation = operation_of(value)
    if operation is not None and is_ours and registered in (None, kind):
        if computes_only(operation):
            return
        raise ConfigurationError(
            f"the model stored in {name} has the operation 'tf.{operation}', which is not on the "
            "list of those that are built from a file: expected built-in layers instead, or a "
            "layer of yours, registered with keras.saving.register_keras_serializable in the "
            "program that exports")
    if kind not in _LAYERS | _OTHERS or not is_ours or registered not in (None, kind):
        where = f" of {module}" if module else ""
        raise ConfigurationError(
            f"the model stored in {name} has a {kind!r}{where}, which is not on the list of what "
            "is built from a file: expected built-in layers without Lambda, or your own, "
            "registered with keras.saving.register_keras_serializable in the program that exports"
        )
