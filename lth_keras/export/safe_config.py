"""Checks whether a stored Keras configuration may be built: it must not name code to run.

Keras builds what a configuration names: a Lambda layer from bytecode, a function by its module and
name. Of a configuration that somebody else may have written, only what is listed here is built,
and what this process itself has registered with `keras.saving.register_keras_serializable`.
"""

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError

_LAYERS = frozenset("""
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
    AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
    CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose Cropping1D Cropping2D Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Dot
    Dropout ELU EinsumDense Embedding Flatten Functional GRU GRUCell GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization InputLayer LSTM LSTMCell
    LayerNormalization LeakyReLU LocallyConnected1D LocallyConnected2D Masking MaxPooling1D
    MaxPooling2D MaxPooling3D Maximum Minimum Model MultiHeadAttention Multiply Normalization PReLU
    Permute RNN ReLU RepeatVector Rescaling Reshape Resizing SeparableConv1D SeparableConv2D
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
_SIDES = ("units", "filters", "input_dim", "output_dim", "key_dim", "value_dim", "num_heads")


def check_config(config, weights, name):
    """Checks a model's configuration before anything is built from it.

    Args:
      config: of a functional or Sequential model.
      weights: {key: array} that the model is to have.
      name: of the run or the file, for the message.

    Raises:
      ConfigurationError: it names something that is not listed, or is larger than its weights.
    """
    largest = max((side for array in weights.values() for side in array.shape), default=0)
    try:
        _check(config, name, largest)
    except RecursionError as error:
        raise ConfigurationError(f"the model stored in {name} is nested without end") from error


def _check(value, name, largest):
    if isinstance(value, dict):
        if {"class_name", "module", "registered_name", "fn"} & set(value):
            _check_class(value, name)
        for key, each in value.items():
            if key in _SIDES and isinstance(each, int) and each > max(largest, 1):
                raise ConfigurationError(
                    f"the model stored in {name} has {key} = {each}, and no stored array has so "
                    "long a side; it was altered"
                )
            _check(each, name, largest)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _check(each, name, largest)


def _check_class(value, name):
    kind, module = value.get("class_name"), value.get("module")
    registered = value.get("registered_name")
    known = {**keras.saving.get_custom_objects()}
    if registered in known or f"{module}>{kind}" in known or kind in known:
        return
    is_ours = module is None or str(module).split(".")[0] in _MODULES
    if kind not in _LAYERS | _OTHERS or not is_ours or registered not in (None, kind):
        raise ConfigurationError(
            f"the model stored in {name} has a {kind!r} of {module or 'Keras'}, which is built by "
            "running code and is not built from a file: expected built-in layers without Lambda, "
            "or your own, registered with keras.saving.register_keras_serializable in the "
            "program that exports"
        )
