"""Which TensorFlow operations of a stored Keras configuration may be built.

What `x + y`, `x[:, 0]` or `tf.reshape(x, …)` becomes in a functional model is a layer that has the
operation by its name. Listed here are operations that compute numbers from tensors and do nothing
else: none of them reads or writes a file, calls a function that it is given, or keeps a state.
"""

# The classes of the layers. Keras has them under no public name.
OPERATION_LAYERS = ("TFOpLambda", "SlicingOpLambda")
# Older forms of the same operations, which Keras names where both are one function.
_OLDER = "compat.v1."
_COMPUTING = frozenset("""
    __operators__.add __operators__.getitem broadcast_to cast clip_by_value concat einsum
    expand_dims gather gather_nd identity linalg.band_part linalg.matmul norm one_hot ones_like pad
    range rank repeat reshape reverse roll shape size slice sort split squeeze stack stop_gradient
    tensordot tile transpose unstack where zeros_like floor_div sequence_mask image.resize
    math.abs math.add math.add_n math.argmax math.argmin math.ceil math.cos math.cumsum
    math.divide_no_nan math.equal math.erf math.exp math.expm1 math.floor math.floordiv
    math.floormod math.greater math.greater_equal math.is_finite math.is_nan math.l2_normalize
    math.less math.less_equal math.log math.log1p math.logical_and math.logical_not
    math.logical_or math.logical_xor math.maximum math.minimum math.multiply math.negative
    math.not_equal math.pow math.reciprocal math.reduce_all math.reduce_any math.reduce_logsumexp
    math.reduce_max math.reduce_mean math.reduce_min math.reduce_prod math.reduce_std
    math.reduce_sum math.reduce_variance math.round math.rsqrt math.sigmoid math.sign math.sin
    math.softplus math.sqrt math.square math.squared_difference math.subtract math.tanh
    math.top_k math.truediv
    nn.avg_pool2d nn.crelu nn.depth_to_space nn.elu nn.gelu nn.leaky_relu
    nn.local_response_normalization nn.log_softmax nn.max_pool2d nn.relu nn.relu6 nn.selu nn.silu
    nn.softmax nn.softsign nn.space_to_depth
""".split())
# Their results may have more numbers than what they are given: sizes are arguments.
_GROWING = frozenset(
    "broadcast_to image.resize one_hot pad range repeat sequence_mask tile".split())


def operation_of(value):
    """The name of the operation that a layer's configuration has; None for another layer."""
    config = value.get("config")
    if value.get("class_name") not in OPERATION_LAYERS or not isinstance(config, dict):
        return None
    return str(config.get("function")).removeprefix(_OLDER)


def computes_only(operation):
    """Whether an operation is listed."""
    return operation in _COMPUTING


def grows(operation):
    """Whether the integers that an operation is called with decide how large its result is."""
    return operation in _GROWING
