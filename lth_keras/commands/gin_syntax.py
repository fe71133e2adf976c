"""Reads gin files as text: checks their syntax and lists their imports, and runs nothing.

To read a configuration is to import the modules that it names. These checks come before that, in a
fraction of a second and without TensorFlow.
"""

import pathlib

from gin import config_parser

from lth_keras.errors import ConfigurationError

_OWN = "lth_keras"
_GIVEN = "--gin_param"


class _Nothing(config_parser.ParserDelegate):
    """Stands for gin's references: no name is looked up."""

    def configurable_reference(self, scoped_configurable_name, evaluate):
        return scoped_configurable_name

    def macro(self, macro_name):
        return f"%{macro_name}"


def check_syntax(gin_files, gin_params):
    """Checks the form of gin files, of what they include, and of bindings.

    Args:
      gin_files: paths of files that are there.
      gin_params: bindings, as given with --gin_param.

    Raises:
      ConfigurationError: a line is not gin; the message names it.
    """
    statements_of(gin_files, gin_params)


def statements_of(gin_files, gin_params):
    """All statements of files, of what they include in its place, and of bindings, in their order.

    Args, Raises: as `check_syntax`.
    """
    seen = set()
    read = [each for file in gin_files for each in _of_file(pathlib.Path(file), seen)]
    return read + [
        each for binding in gin_params for each in statements_of_text(binding, _GIVEN)]


def imported_modules(text, name):
    """Modules that a configuration imports and that are not this package's own.

    Args:
      text: of a stored configuration.
      name: of its file, for messages.

    Raises:
      ConfigurationError: it is not gin, or includes other files: a stored one holds every binding.
    """
    modules = []
    for statement in statements_of_text(text, name):
        if isinstance(statement, config_parser.IncludeStatement):
            raise ConfigurationError(
                f"{name} includes {statement.filename!r}; a stored configuration holds every "
                "binding itself: it was altered"
            )
        if isinstance(statement, config_parser.ImportStatement):
            if statement.is_from or statement.module.split(".")[0] != _OWN:
                modules.append(statement.module)
    return modules


def without_imports(text, name, modules):
    """The text of a stored configuration without its imports of some modules.

    Args:
      text, name: as `imported_modules`'.
      modules: to leave out.

    Raises:
      ConfigurationError: one of the imports cannot be taken out.
    """
    # gin ends lines at "\n" alone. `str.splitlines` knows ten other ends, and would count more
    # lines.
    lines = text.split("\n")
    for statement in statements_of_text(text, name):
        if isinstance(statement, config_parser.ImportStatement) and statement.module in modules:
            lines[statement.location.line_num - 1] = ""
    rest = "\n".join(lines)
    left = [module for module in imported_modules(rest, name) if module in modules]
    if left:
        raise ConfigurationError(
            f"{name} imports {left[0]!r} in a form that cannot be left out: it was altered")
    return rest


def given_values(gin_files, gin_params, parameter):
    """The values, as text, that a user's own gin files and bindings give a parameter in any scope.

    A macro counts if the same files and bindings define it, and no reference counts: what a stored
    configuration defines is not the user's.

    Args:
      gin_files, gin_params: as `check_syntax`'s.
      parameter: such as 'Dataset.cache_dir'.
    """
    configurable, argument = parameter.split(".")
    bindings = [each for each in statements_of(gin_files, gin_params)
                if isinstance(each, config_parser.BindingStatement)]
    macros = {f"%{each.selector}": each.value for each in bindings if not each.arg_name}
    values = (each.value for each in bindings
              if each.selector.split(".")[-1] == configurable and each.arg_name == argument)
    return {str(macros.get(value, value) if isinstance(value, str) else value) for value in values}


def modules_of_file(file):
    """All modules that a gin file of the user's imports, itself or by what it includes."""
    return [each.module for each in _of_file(pathlib.Path(file), set())
            if isinstance(each, config_parser.ImportStatement)]


def _of_file(path, seen):
    """The statements of a file, and in the place of an include those of the file it includes."""
    try:
        resolved = path.resolve()
        if resolved in seen:
            return []
        seen.add(resolved)
        text = path.read_text("utf-8")
    except (OSError, ValueError):
        return []  # The real reading will say what is wrong with the file.
    read = []
    for statement in statements_of_text(text, str(path)):
        if not isinstance(statement, config_parser.IncludeStatement):
            read.append(statement)
            continue
        for folder in (pathlib.Path(), *resolved.parents):
            if (folder / statement.filename).is_file():
                read += _of_file(folder / statement.filename, seen)
                break
    return read


def statements_of_text(text, name):
    """The statements of a gin file's text.

    Args:
      text: the text.
      name: of its file, for messages.

    Raises:
      ConfigurationError: a line is not gin.
    """
    try:
        return list(config_parser.ConfigParser(text, _Nothing()))
    except SyntaxError as error:
        if name == _GIVEN:
            raise ConfigurationError(
                f"{_GIVEN}={' '.join(text.split())!r} is no binding "
                f"({' '.join(str(error.msg).split())}); expected one such as "
                f"{_GIVEN}='Experiment.trials = 1'") from error
        shown = f"; found {error.text.strip()!r}" if error.text else ""
        where = f", line {error.lineno}" if error.lineno else ""
        raise ConfigurationError(
            f"the configuration is wrong: {' '.join(str(error.msg).split())}{shown} in {name}"
            f"{where}"
        ) from error
    # Errors of Python's tokenizer and parser on text that is not gin.
    except Exception as error:  # noqa: BLE001 - the tokenizer raises nearly anything.
        raise ConfigurationError(
            f"{name} cannot be parsed: {' '.join(str(error).split()) or type(error).__name__}"
        ) from error
