"""What is pruned of a model and what is not, and why: a row for each of its matrices."""

import dataclasses

from lth_keras.compat import keras
from lth_keras.pruning.kernel_positions import positions
from lth_keras.pruning.kernels import chosen, matrices, names, prunable_weights
from lth_keras.variables import plain, walk

# People read the table, and the largest networks have hundreds of rows.
_SHOWN = 41


@dataclasses.dataclass(frozen=True)
class KernelRow:
    """One variable of rank 2 or more.

    Attributes:
      layer: the layer's name, with those of nested models before it.
      type: the layer's class.
      kernel: its name within the layer: 'kernel', 'cell/recurrent_kernel'.
      shape: its shape.
      kind: 'dense', 'conv' or 'recurrent'; None where it is not a kernel.
      pruned: whether it is pruned.
      why: the rate, or the reason why it is not pruned.
      positions: how often it is applied to one example; 0 where it is looked up or added. Each of
        its weights then takes part in one multiplication and one addition at each of them.
    """

    layer: str
    type: str
    kernel: str
    shape: tuple
    kind: str | None
    pruned: bool
    why: str
    positions: int = 0


def kernel_table(model, schedule, never=(), also=()):
    """A `KernelRow` for each matrix of a plain model, in the order of its layers.

    Args:
      model: a plain functional or Sequential model.
      schedule: the `RewindingSchedule`.
      never, also: names of layers or keys of kernels, as `pruning.wrap`'s.
    """
    weights = {weight.key: weight for weight in prunable_weights(model, never, also)}
    rows, times = [], positions(model)
    for path, layer in walk(model):
        layer = plain(layer)
        taken = {matrix.name for matrix in chosen(path, layer, never, also)}
        trained = {id(variable) for variable in layer.trainable_weights}
        for matrix in matrices(layer):
            weight = weights.get(f"{path}/{matrix.name}")
            rate = None if weight is None else schedule.rate_of(weight)
            why = _why(path, layer, matrix, matrix.name in taken, rate, never)
            if id(matrix.variable) not in trained:
                why += "; frozen"
            rows.append(KernelRow(
                path, type(layer).__name__, matrix.name, tuple(matrix.variable.shape),
                matrix.kind, rate is not None, why,
                times[f"{path}/{matrix.name}"] if _is_product(layer, matrix) else 0))
    return tuple(rows)


def lines_of(rows):
    """The table as lines of text, its columns aligned."""
    cells = [("layer", "kernel", "shape", "pruned", "")]
    cells += [
        (row.layer, row.kernel, "×".join(map(str, row.shape)), "yes" if row.pruned else "no",
         row.why) for row in rows
    ]
    widths = [max(len(cell[column]) for cell in cells) for column in range(4)]
    lines = [
        "  ".join([*(text.ljust(width) for text, width in zip(cell, widths)), cell[4]]).rstrip()
        for cell in cells
    ]
    if len(lines) > _SHOWN:
        lines[_SHOWN:] = [f"and {len(lines) - _SHOWN} more; run.json has them all, as 'kernels'"]
    return lines


def _is_product(layer, matrix):
    return matrix.kind is not None and not isinstance(layer, keras.layers.Embedding)


def _why(path, layer, matrix, taken, rate, never):
    if taken:
        return "rate None" if rate is None else f"rate {rate:g}"
    if matrix.kind is None:
        return "no kernel"
    if names(never, path, layer, matrix):
        return "named in never_prune"
    return f"{matrix.dense}: name it in also_prune to prune it"
