"""The costs of a network: bytes on disk, bytes gzipped, parameters, floating-point operations."""

import gzip
import io
import math
import pathlib
import tarfile

import numpy as np

from lth_keras.compat import keras
from lth_keras.pruning import positions, prunable_weights
from lth_keras.variables import named_variables, plain, walk


def bytes_on_disk(path):
    """Bytes of a file, or of all files in a folder."""
    return sum(each.stat().st_size for each in _files(path))


def bytes_gzipped(path):
    """Bytes of a file gzipped, or of a folder as .tar.gz; at gzip's best level."""
    path = pathlib.Path(path)
    if path.is_file():
        return len(gzip.compress(path.read_bytes(), 9, mtime=0))
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for each in _files(path):
            member = tarfile.TarInfo(str(each.relative_to(path)))
            member.size = each.stat().st_size
            with open(each, "rb") as file:
                archive.addfile(member, file)
    return len(gzip.compress(content.getvalue(), 9, mtime=0))


def layers(model, also=()):
    """The cost of each kernel, in the order of the model's layers.

    A multiplication and an addition count as two floating-point operations (FLOPs), for one
    example; biases, activations and normalisation are not counted, and an embedding is looked up.
    `effective_flops` counts only weights that are not zero: the work of a machine that skips every
    zero.

    Args:
      model: a plain Keras model.
      also: keys of kernels that are pruned although their kind is not: embeddings, depthwise ones.

    Returns:
      [{'key', 'shape', 'size', 'nonzero', 'density', 'flops', 'effective_flops'}].
    """
    variables = named_variables(model)
    times, rows = positions(model), []
    looked_up = {path for path, layer in walk(model)
                 if isinstance(plain(layer), keras.layers.Embedding)}
    for weight in prunable_weights(model, also=also):
        nonzero = int(np.count_nonzero(variables[weight.key].numpy()))
        each = 0 if weight.layer in looked_up else 2 * times[weight.key]
        rows.append({
            "key": weight.key, "shape": list(weight.shape), "size": weight.size,
            "nonzero": nonzero, "density": nonzero / weight.size,
            "flops": each * weight.size, "effective_flops": each * nonzero,
        })
    return rows


def totals(model, rows):
    """Sums over `layers(model)`, and the number of all parameters."""
    sums = {
        name: sum(row[name] for row in rows)
        for name in ("size", "nonzero", "flops", "effective_flops")
    }
    parameters = sum(math.prod(variable.shape) for variable in named_variables(model).values())
    return {
        "parameters": parameters, "prunable_weights": sums["size"], "nonzero": sums["nonzero"],
        "density": sums["nonzero"] / sums["size"], "flops": sums["flops"],
        "effective_flops": sums["effective_flops"],
    }


def _files(path):
    path = pathlib.Path(path)
    return [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
