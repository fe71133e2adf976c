"""Which variables of a layer are matrices, and which of them are pruned."""

import dataclasses
import math

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.variables import layer_variables, parts, plain, walk

_layers = keras.layers

# Layers that multiply their inputs by a kernel. A subclass counts as its base class.
_MULTIPLYING = (
    _layers.Dense, _layers.EinsumDense, _layers.Conv1D, _layers.Conv2D, _layers.Conv3D,
    _layers.LocallyConnected1D, _layers.LocallyConnected2D,
)
_SEPARABLE = (_layers.SeparableConv1D, _layers.SeparableConv2D)
_CELLS = (_layers.GRUCell, _layers.LSTMCell, _layers.SimpleRNNCell)
_OF_CELLS = ("kernel", "recurrent_kernel")
_TRANSPOSED = (_layers.Conv1DTranspose, _layers.Conv2DTranspose, _layers.Conv3DTranspose)
_DEPTHWISE = (_layers.DepthwiseConv1D, _layers.DepthwiseConv2D, *_SEPARABLE)
EMBEDDING = "an embedding"
# Layers that are pruned only if they are named, and the words for them.
_ON_REQUEST = (
    (_DEPTHWISE, "depthwise_kernel", "a depthwise kernel"),
    ((_layers.Embedding,), "embeddings", EMBEDDING),
)


@dataclasses.dataclass(frozen=True, eq=False)
class Matrix:
    """A variable of rank 2 or more, as a part of its layer.

    Attributes:
      name: within the layer: 'kernel', 'cell/recurrent_kernel', 'query/kernel'.
      variable: the variable.
      kind: 'dense', 'conv' or 'recurrent' where it can be pruned; else None.
      dense: why it is pruned only if it is named, such as 'an embedding'; '' where it always is.
      axes: (axes of its inputs, axes of its outputs); None where they are the last two.
      units: axes along which its units lie; None where they are those of its outputs.
    """

    name: str
    variable: object
    kind: str | None
    dense: str = ""
    axes: tuple | None = None
    units: tuple | None = None


@dataclasses.dataclass(frozen=True)
class PrunableWeight:
    """One kernel that is pruned.

    Attributes:
      key: 'layer/kernel'.
      layer: the layer's name, with those of nested models before it.
      shape: its shape.
      kind: 'dense', 'conv' or 'recurrent'.
      is_output: whether it belongs to the last prunable layer.
      input_axes, output_axes: the axes of what it reads and of what it gives; the others, as a
        convolution's height and width, are places. By default the last two; a vector is all
        inputs.
      unit_axes: the axes along which its units lie: those of its outputs, and of a depthwise kernel
        those of its inputs too, because each of its units reads one channel.
    """

    key: str
    layer: str
    shape: tuple
    kind: str
    is_output: bool
    input_axes: tuple | None = None
    output_axes: tuple | None = None
    unit_axes: tuple | None = None

    def __post_init__(self):
        rank = len(self.shape)
        if self.input_axes is None:
            object.__setattr__(self, "input_axes", (max(0, rank - 2),))
        if self.output_axes is None:
            object.__setattr__(self, "output_axes", (rank - 1,) if rank > 1 else ())
        if self.unit_axes is None:
            object.__setattr__(self, "unit_axes", self.output_axes)

    @property
    def size(self):
        return math.prod(self.shape)

    @property
    def matrix_shape(self):
        """[*places, inputs, outputs]: axes that are read, or given, together are one."""
        joined = (*self.input_axes, *self.output_axes)
        sides = [math.prod(self.shape[axis] for axis in some)
                 for some in (self.input_axes, self.output_axes) if some]
        places = [side for axis, side in enumerate(self.shape) if axis not in joined]
        return (*places, *sides)

    @property
    def unit_shape(self):
        """[*places, inputs of one unit, units]: `matrix_shape`, but for a depthwise kernel."""
        if self.unit_axes == self.output_axes:
            return self.matrix_shape
        places = [side for axis, side in enumerate(self.shape) if axis not in self.unit_axes]
        return (*places, 1, math.prod(self.shape[axis] for axis in self.unit_axes))

    @property
    def most(self):
        """How many of its weights may stay once it is pruned: all of them."""
        return self.size


def matrices(layer):
    """The `Matrix`es of a built plain layer and its parts, in the order of its variables."""
    by_name = {}
    said, axes, units = _said(layer), _axes(layer), _units(layer)
    for name, variable in layer_variables(layer).items():
        if id(variable) in said or len(variable.shape) > 1:
            by_name[name] = Matrix(name, variable, *said.get(id(variable), (None, "")),
                                 axes.get(id(variable)), units.get(id(variable)))
    return list(by_name.values())


def unit_axes(model):
    """Along which axes of each matrix its layer's units lie: {'layer/kernel': axes}.

    The other axes are of one unit, its filter: a column of a dense kernel, one output's whole
    window of a convolution, one channel's of a depthwise one. All units of all heads are units of
    attention's query. A bias has one number for each unit, also where heads give it two axes.

    Args:
      model: a plain model.
    """
    found = {}
    for path, layer in walk(model):
        for matrix in matrices(plain(layer)):
            rank = len(matrix.variable.shape)
            if matrix.name.rpartition("/")[2] == "bias":
                axes = tuple(range(rank))
            elif matrix.units:
                axes = matrix.units
            else:
                axes = matrix.axes[1] if matrix.axes else (rank - 1,)
            found[f"{path}/{matrix.name}"] = axes
    return found


def chosen(path, layer, never=(), also=()):
    """The matrices of a layer that are pruned.

    Args:
      path: the layer's name, with those of nested models before it.
      layer: a built plain layer.
      never: names of layers, or keys of kernels, that are left dense.
      also: names of layers, or keys of kernels, that are pruned although others of their kind are
      not.
    """
    return [
        matrix for matrix in matrices(layer)
        if matrix.kind and not names(never, path, layer, matrix)
        and (not matrix.dense or names(also, path, layer, matrix))
    ]


def names(listed, path, layer, matrix):
    """Whether a list of names of layers and keys of kernels names a matrix."""
    return layer.name in listed or path in listed or f"{path}/{matrix.name}" in listed


def prunable_weights(model, never=(), also=()):
    """The `PrunableWeight`s of a plain model, in the order of its layers.

    Args:
      model: a plain functional or Sequential model.
      never, also: as `chosen`'s.
    """
    pruned = [
        (path, matrix) for path, layer in walk(model)
        for matrix in chosen(path, plain(layer), never, also)
    ]
    last = pruned[-1][0] if pruned else None
    return tuple(
        PrunableWeight(f"{path}/{matrix.name}", path, tuple(matrix.variable.shape), matrix.kind,
                       path == last, *(matrix.axes or (None, None)), matrix.units)
        for path, matrix in pruned
    )


def refuse_unprunable(path, layer, never):
    """Checks that each matrix of a custom layer is a known kernel, or named as never pruned.

    Matrices of built-in layers that are not kernels, such as PReLU's slopes, stay dense.

    Raises:
      ConfigurationError: names the layer.
    """
    trained = {id(variable) for variable in layer.trainable_weights}
    for matrix in matrices(layer):
        if matrix.kind or id(matrix.variable) not in trained or names(
                never, path, layer, matrix):
            continue
        owner = _owner(layer, matrix)
        if not is_built_in(owner):
            raise ConfigurationError(
                f"layer {layer.name!r} ({type(owner).__name__}) has weights that TFMOT cannot "
                f"prune, {matrix.name} {tuple(matrix.variable.shape)}; expected built-in layers, "
                "or a layer that implements get_prunable_weights(); to keep it dense on purpose, "
                "name it in Experiment.never_prune"
            )


def is_built_in(layer):
    """Whether a layer's class is Keras's own."""
    return type(layer).__module__.partition(".")[0] == "tf_keras"


def _axes(layer):
    """{id(kernel): (axes of its inputs, axes of its outputs)} where they are not the last two.

    A transposed convolution's kernel is [*window, outputs, inputs]. Of a product that is given by
    an equation, an axis of the kernel that the output has is the output's, one that it has not is
    summed over. What input and output both have is neither: each place of it has a matrix of its
    own.
    """
    found = {}
    for _, part in parts(layer):
        if isinstance(part, _TRANSPOSED):
            rank = len(part.kernel.shape)
            found[id(part.kernel)] = (rank - 1,), (rank - 2,)
        elif isinstance(part, _layers.EinsumDense):
            inputs, rest = part.equation.split(",")
            kernel, outputs = rest.split("->")
            found[id(part.kernel)] = (
                tuple(axis for axis, each in enumerate(kernel) if each not in outputs),
                tuple(axis for axis, each in enumerate(kernel)
                      if each in outputs and each not in inputs))
    return found


def _units(layer):
    """{id(kernel): axes of its units} of depthwise kernels, [*window, channels, of each]."""
    kernels = [part.depthwise_kernel for _, part in parts(layer) if isinstance(part, _DEPTHWISE)]
    return {id(kernel): (len(kernel.shape) - 2, len(kernel.shape) - 1) for kernel in kernels}


def _owner(layer, matrix):
    path = matrix.name.rpartition("/")[0]
    return next((part for where, part in parts(layer) if where.rstrip("/") == path), layer)


def _said(layer):
    """{id(variable): (kind, why it is left dense)} of the kernels that a layer is known to have."""
    said, recurrent, own = {}, [], []
    for path, part in parts(layer):
        if any(path.startswith(outer) for outer in own):
            continue  # The layer around it has named its kernels already.
        if isinstance(part, _layers.RNN):
            recurrent.append(path)
        inside = any(path.startswith(outer) for outer in recurrent)
        if _speaks_for_itself(part):
            own.append(path)
            said |= {id(each): (_kind(part, inside, each), "")
                     for each in part.get_prunable_weights()}
            continue
        for attributes, why in _attributes(part, inside):
            for attribute in attributes:
                variable = getattr(part, attribute, None)
                if variable is not None:
                    said[id(variable)] = _kind(part, inside, variable), why
    return said


def _attributes(part, recurrent):
    """The attributes of a part that hold kernels, with why they are left dense."""
    if recurrent and is_built_in(part) or isinstance(part, _CELLS):
        yield _OF_CELLS, ""
    elif isinstance(part, _MULTIPLYING):
        yield ("kernel",), ""
    elif isinstance(part, _SEPARABLE):
        yield ("pointwise_kernel",), ""
    for classes, attribute, why in _ON_REQUEST:
        if isinstance(part, classes):
            yield (attribute,), why


def _kind(part, recurrent, variable):
    if recurrent or isinstance(part, _CELLS):
        return "recurrent"
    if isinstance(part, _layers.EinsumDense):
        return "dense"  # Attention's kernels have three axes; they still are dense products.
    return "conv" if len(variable.shape) > 2 else "dense"


def _speaks_for_itself(part):
    spoken = getattr(part, "get_prunable_weights", None)
    return spoken is not None and not getattr(spoken, "is_chosen_here", False)
