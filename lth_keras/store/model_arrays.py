"""Checks stored arrays against the model's variables: names, shapes and types."""

from lth_keras.errors import RunError
from lth_keras.store import network_folder
from lth_keras.store.bounds import variables_of
from lth_keras.store.fingerprints import shapes_of


def check_variables(arrays, variables, path):
    """Checks that arrays are those of a model's variables; without `variables` it checks nothing.

    Raises:
      RunError: one is missing, belongs to no variable, or has another shape or type.
    """
    if variables is None:
        return
    for key in sorted(arrays.keys() ^ variables.keys()):
        what = "is missing" if key in variables else "belongs to no variable of the model"
        raise RunError(f"{path}: {key} {what}")
    for key, shape in shapes_of(arrays).items():
        if shape != list(variables[key]):
            raise RunError(
                f"{path}: {key} is {_words(shape)}; the model's is {_words(variables[key])}")


def check_masks(arrays, folder, path):
    """Checks that masks are those that done.json counts, each with its variable's shape.

    Raises:
      RunError: a mask is missing, is not counted there, or has another shape.
    """
    counts = network_folder.facts(folder)["kept_weights"]
    if set(arrays) != set(counts):
        raise RunError(
            f"{path} has masks of {sorted(arrays)}; done.json counts {sorted(counts)}")
    variables = variables_of(folder)
    for key, array in arrays.items() if variables is not None else ():
        if [*map(int, array.shape)] != list(variables.get(key, [None]))[1:]:
            raise RunError(f"{path}: {key} has the shape {array.shape}, which is not its kernel's")


def _words(description):
    kind, *sides = description
    return f"{kind} {tuple(sides)}"
