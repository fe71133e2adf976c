"""Whether `analyze` was given measures, and not an experiment: read from gin's text alone."""

from gin import config_parser

from lth_keras import files, opening
from lth_keras.commands.gin_syntax import imported_modules, modules_of_file, statements_of
from lth_keras.errors import ConfigurationError, RunError

# What a file for `analyze` may say, whatever else it binds: its measures, and what belongs to the
# reader and not to the stored run.
_OF_THE_READER = ("Analysis.measures", "Experiment.initial_weights", "Dataset.cache_dir")


def check_measures(gin_files, stored):
    """Checks that no gin file for `analyze` is an experiment's.

    The experiment is the run's own, from its config.gin. A file that says where the data are now
    may bind `Dataset`; an experiment's file that imports a module of the run is taken, because it
    allows that import.

    Args:
      gin_files: paths of the files that are given.
      stored: path of the run's config.gin.

    Raises:
      ConfigurationError: a file binds the experiment, and nothing that `analyze` reads.
    """
    for file in gin_files:
        bindings = (each for each in statements_of([file], [])
                    if isinstance(each, config_parser.BindingStatement))
        bound = sorted({
            f"{each.selector.rpartition('.')[2]}.{each.arg_name}" for each in bindings})
        experiment = [each for each in bound if each.startswith("Experiment.")]
        if not experiment or any(each in _OF_THE_READER for each in bound):
            continue
        if not set(modules_of_file(file)) & _modules(stored):
            raise ConfigurationError(
                f"--gin_file={file} is an experiment (it binds {experiment[0]}), and analyze takes "
                "the experiment from the run; expected measures, such as gin/analysis/insights.gin"
            )


def _modules(stored):
    """The modules of its user's that a stored configuration imports."""
    if not opening.is_file(stored):
        return set()
    try:
        return set(imported_modules(files.read_text(stored), str(stored)))
    except (ConfigurationError, RunError):
        return set()  # `analyze` says what is wrong with it, after it has compared its checksum.
