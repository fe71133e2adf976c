"""The measures that `analyze` would carry out, by their names: read from gin's text alone.

The measures themselves need TensorFlow; a misspelt `--only` has to be answered before it.
"""

import difflib
import pathlib

from gin import config_parser

from lth_keras import files, opening
from lth_keras.commands.gin_files import packaged_folder
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
# Where a measure is looked for first: most are in this file.
_FIRST = "insights"


def check_only(only, stored, gin_files, gin_params):
    """Checks the names of `--only`, as far as the text of the configuration says which there are.

    Args:
      only: the names.
      stored: path of the run's config.gin.
      gin_files: paths of the files that are given.
      gin_params: the bindings that are given.

    Raises:
      ConfigurationError: no measure that would be carried out has a name; the message says which
        file of measures has it, or which name is similar.
    """
    known = _names(_bindings(stored, gin_files, gin_params)) if only else None
    for name in only if known is not None else ():
        if name not in known:
            _refuse(name, known, _packaged(stored, gin_params))


def _refuse(name, known, packaged):
    """Raises the `ConfigurationError` for a name of `--only`; `packaged` is {name: gin file}."""
    there = f"the measures of this command are {', '.join(known)}"
    if name in packaged:
        raise ConfigurationError(
            f"--only={name}: {there}; {name} is in {packaged[name]}: give "
            f"--gin_file={packaged[name]} too")
    if name in MEASURES.values():
        measure = next(each for each, own in MEASURES.items() if own == name)
        raise ConfigurationError(
            f"--only={name}: {there}; give --gin_param='Analysis.measures = [@{measure}()]' too")
    close = difflib.get_close_matches(name, [*known, *packaged, *MEASURES.values()], 1)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    raise ConfigurationError(
        f"--only={name}: there is no such measure{meant}; expected some of {', '.join(known)}")


def _packaged(stored, gin_params):
    """{name of a measure: the packaged gin file that has it}, under the user's own bindings."""
    folder, found = packaged_folder(), {}
    paths = [] if folder is None else sorted((folder / "analysis").glob("*.gin"))
    for path in sorted(paths, key=lambda path: path.stem != _FIRST):
        for name in _names(_bindings(stored, [path], gin_params)) or ():
            found.setdefault(name, f"gin/analysis/{path.name}")
    return found


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
