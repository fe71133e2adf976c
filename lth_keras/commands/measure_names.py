"""The measures that `analyze` would carry out, by their names: read from gin's text alone.

The measures themselves need TensorFlow; a misspelt `--only` has to be answered before it.
"""

import pathlib

from gin import config_parser

from lth_keras import files, opening
from lth_keras.commands.gin_syntax import statements_of, statements_of_text
from lth_keras.errors import ConfigurationError, RunError

# {class of a measure: its name where none is bound}.
MEASURES = {
    "EarlyStopping": "early_stopping", "GradientFlow": "gradient_flow", "Hessian": "hessian",
    "Landscape": "landscape", "LevelDistances": "level_distances", "Lines": "lines",
    "LossCurves": "loss_curves", "MaskDistances": "mask_distances", "MaskOverlap": "mask_overlap",
    "RewindSearch": "rewind_search", "SolutionLosses": "solution_losses",
    "UntrainedMasks": "untrained_masks", "WeightDistributions": "weight_distributions",
}
# The measures without a gin file, in their order.
QUICK = ("SolutionLosses", "LevelDistances", "MaskOverlap", "WeightDistributions", "GradientFlow")


def check_only(only, stored, gin_files, gin_params):
    """Checks the names of `--only`, as far as the text of the configuration says which there are.

    Args:
      only: the names.
      stored: path of the run's config.gin.
      gin_files: paths of the files that are given.
      gin_params: the bindings that are given.

    Raises:
      ConfigurationError: there is no measure of a name.
    """
    known = _names(_bindings(stored, gin_files, gin_params)) if only else None
    for name in only if known is not None else ():
        if name not in known:
            refuse(name, known)


def refuse(name, known):
    """Raises the `ConfigurationError` for a name of `--only` that no measure has."""
    raise ConfigurationError(
        f"--only={name}: there is no such measure; expected some of {', '.join(known)}")


def _bindings(stored, gin_files, gin_params):
    """{(scope, class, parameter): value}; the last binding wins, as in gin."""
    statements = []
    if opening.is_file(stored):
        try:
            statements += statements_of_text(files.read_text(pathlib.Path(stored)), str(stored))
        except (ConfigurationError, RunError):
            pass  # `analyze` says what is wrong with it, after it has compared its checksum.
    statements += statements_of(gin_files, gin_params)
    return {
        (each.scope, each.selector.rpartition(".")[2], each.arg_name): each.value
        for each in statements if isinstance(each, config_parser.BindingStatement)}


def _names(bindings):
    """The measures' names; None where a class, a macro or a scope decides them."""
    asked = bindings.get(("", "Analysis", "measures"), QUICK)
    if not isinstance(asked, (list, tuple)):
        return None
    names = []
    for reference in asked:
        scope, _, measure = str(reference).rpartition("/")
        if measure.rpartition(".")[2] not in MEASURES:
            return None
        measure = measure.rpartition(".")[2]
        general = bindings.get(("", measure, "name"), MEASURES[measure])
        name = bindings.get((scope, measure, "name"), general)
        if not isinstance(name, str) or name.startswith(("%", "@")):
            return None
        names.append(name)
    return names
