"""From gin files and bindings to a checked `Experiment`."""

import contextlib
import copy
import dataclasses
import difflib
import inspect
import logging
import pathlib
import re
import sys
import tokenize
import traceback

import gin

# Every configurable has to be known before gin parses a file.
import lth_keras.cluster.resources
import lth_keras.cluster.sweep
import lth_keras.data
import lth_keras.experiment
import lth_keras.models
import lth_keras.statistics.published
import lth_keras.training  # noqa: F401
from lth_keras import files
from lth_keras.commands.gin_files import find as find_gin_file
from lth_keras.commands.gin_files import packaged_folder, require
from lth_keras.commands.gin_syntax import (
    imported_modules,
    modules_of_file,
    without_imports,
)
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import Experiment


def read(gin_files, gin_params=(), stored=None, trust=False):
    """The experiment that the files and bindings describe; its name is the first file's.

    Args:
      gin_files: paths or names of gin files; beside them modules of the user's may lie.
      gin_params: bindings that win over the files.
      stored: config.gin of a run, read first. It is data: its imports are done only if a gin file
        or `trust` allows them, and never from the run's folder.
      trust: whether the stored configuration may import modules from the working directory.

    Raises:
      ConfigurationError: there is no file, one is missing, or gin or the experiment's own checks
        refuse something.
    """
    if stored is None:
        require(gin_files)
    gin_files = [find_gin_file(file) for file in gin_files]
    text = None if stored is None else _stored_text(stored, gin_files, trust)
    with _explained(gin_files, stored):
        _parse(gin_files, gin_params, text)
        _check_scopes()
        experiment = Experiment()
    if experiment.name is None:
        name = pathlib.Path([*gin_files, stored][0]).stem
        experiment = dataclasses.replace(experiment, name=name)
    return experiment


def read_parts(names, gin_files, gin_params, stored, trust=False):
    """Some parts of a stored run's experiment: no other part is made, and no code asked for that
    these do not need.

    Args:
      names: of `Experiment`'s attributes.
      gin_files, gin_params, stored, trust: as `read`'s. A module that may not be imported is left
        out; what it would have defined is unknown then.

    Returns:
      {name: value} of those that are bound.

    Raises:
      ConfigurationError: gin refuses something, or a part needs a module that may not be imported.
    """
    gin_files = [find_gin_file(file) for file in gin_files]
    text = files.read_text(stored)
    left_out = [] if trust else _foreign_modules(text, stored, gin_files)
    with _explained(gin_files, stored):
        try:
            _parse(gin_files, gin_params, without_imports(text, str(stored), left_out),
                   is_complete=not left_out)
            bound = gin.get_bindings(Experiment, resolve_references=False)
            # gin makes what a reference stands for when the reference is copied.
            return {name: copy.deepcopy(bound[name]) for name in names if name in bound}
        except ValueError as error:
            if left_out and "No configurable matching" in str(error):
                raise ConfigurationError(_needs_code(stored, left_out)) from error
            raise


@contextlib.contextmanager
def _explained(gin_files, stored):
    """Turns the errors of gin, and of the user's modules, into a `ConfigurationError`."""
    try:
        yield
    except ConfigurationError:
        raise
    except ModuleNotFoundError as error:
        raise ConfigurationError(_explain_missing_module(error, gin_files, stored)) from error
    except (ValueError, TypeError, SyntaxError, NameError, KeyError, AttributeError, RuntimeError,
            ImportError, OSError) as error:
        raise ConfigurationError(_explain(error)) from error


def _stored_text(path, gin_files, trust):
    """A stored configuration's text; its imports are checked first.

    It may import what the user's own gin files import, or what this process has imported before.
    """
    text = files.read_text(path)
    foreign = _foreign_modules(text, path, gin_files)
    if foreign and not trust:
        raise ConfigurationError(_needs_code(path, foreign))
    return text


def _foreign_modules(text, path, gin_files):
    """Modules that a stored configuration imports, and neither the user nor this process has."""
    named = {module for file in gin_files for module in modules_of_file(file)}
    return [module for module in imported_modules(text, str(path))
            if module not in named and module not in sys.modules]


def _needs_code(path, modules):
    return (
        f"{path} imports {', '.join(modules)}, which is code, and a stored run is data: give "
        "--trust to import it from the working directory, if you know what it does, or give "
        "--gin_file=F with your own file that imports it"
    )


def _parse(gin_files, gin_params, stored=None, is_complete=True):
    """Gives gin the files and bindings; where a stored text is not complete, it may hold names that
    are unknown."""
    # Paths of includes begin at the folder above gin/. They are searched there, in the working
    # directory, and last among the packaged files.
    for file in gin_files:
        for folder in pathlib.Path(file).resolve().parents:
            gin.add_config_file_search_path(str(folder))
    packaged = packaged_folder()
    if packaged is not None:
        gin.add_config_file_search_path(str(packaged.parent))
    _find_modules_beside(gin_files)
    # gin logs an error for each place without the file; its exception says enough.
    logging.disable(logging.ERROR)
    try:
        if stored is None:
            gin.parse_config_files_and_bindings(list(gin_files), list(gin_params))
        else:
            gin.parse_config(stored, skip_unknown=not is_complete)
            gin.parse_config_files_and_bindings(
                list(gin_files), list(gin_params), finalize_config=is_complete)
    except RecursionError as error:
        raise ConfigurationError(
            f"{gin_files[0]} includes a file that includes itself, or is nested without end; take "
            "the circle out"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{', '.join(gin_files)} cannot be read: {error}; give the command with PYTHONUTF8=1 "
            "before it if the file is UTF-8, or write the file in ASCII"
        ) from error
    except (tokenize.TokenError, MemoryError, ArithmeticError, AssertionError,
            LookupError) as error:
        # Errors of Python's tokenizer and parser on text that is not gin.
        raise ConfigurationError(
            f"{', '.join(gin_files)} and --gin_param cannot be parsed: {error or type(error)}"
        ) from error
    finally:
        logging.disable(logging.NOTSET)


def _find_modules_beside(gin_files):
    """Lets gin files import a user's modules that lie beside them or in the working directory.

    They come last, so that a file with the name of a library does not replace it. They stay,
    because a function of a module may import another module when it is called.
    """
    folders = [pathlib.Path(file).resolve().parent for file in gin_files]
    for folder in (*folders, pathlib.Path.cwd()):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))


def _explain_missing_module(error, gin_files, stored):
    missing = re.search(r"No module named '([^']+)'", str(error))
    name = missing[1] if missing else "a module"
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<frozen")
    ]
    importer = pathlib.Path(frames[-1].filename)
    if pathlib.Path(gin.__file__).parent not in importer.parents:
        return f"{importer} imports {name}, and there is no module of that name; install it"
    if not gin_files:
        return (
            f"{stored} imports {name}, and there is no module of that name; give the command where "
            f"{name}.py lies, or install it: it is not imported from the run's folder"
        )
    folder = pathlib.Path(gin_files[0]).resolve().parent
    return (
        f"{gin_files[0]} imports {name}, and there is no module of that name; put {name}.py into "
        f"{folder} or into the working directory, or install it"
    )


def _explain(error):
    """gin's message on one line."""
    chain, seen = [], error
    while seen is not None:
        if isinstance(seen, ConfigurationError):
            return str(seen)
        chain.append(seen)
        seen = seen.__cause__ or seen.__context__
    text = " ".join(str(error).split())
    if "macro" in text:
        defined = {scope for scope, selector in gin.config._CONFIG if selector == "gin.macro"}
        used = set(re.findall(r"%([\w./]+)", gin.config_str(max_line_length=10_000)))
        if used - defined:
            name = sorted(used - defined)[0]
            return (
                f"the macro %{name} is used but not defined; define it in the gin file, as in "
                f"{name} = 5, or correct its name"
            )
    hint = _meant(text)
    if "clipnorm" in text:
        hint += "; gradients are not clipped by norm, because pruned weights would share in it"
    if isinstance(error, SyntaxError) and error.text:
        hint += f"; found {error.text.strip()!r} in {error.filename or 'a --gin_param'}"
    return f"the configuration is wrong: {text}{hint}"


def _meant(text):
    """'; did you mean …?' for a name that gin does not know; '' if no name is similar."""
    parameter = re.search(r"Configurable '([^']+)' doesn't have a parameter named '([^']+)'", text)
    if parameter:
        known = gin.config._REGISTRY.get_match(parameter[1])
        names = [] if known is None else inspect.signature(known.wrapped).parameters
        close = difflib.get_close_matches(parameter[2], names, 1)
        return f"; did you mean {parameter[1]}.{close[0]}?" if close else ""
    configurable = re.search(r"No configurable matching (?:reference )?'@?([\w./]+)", text)
    if configurable:
        name = configurable[1].rsplit("/", 1)[-1]
        names = {selector.rsplit(".", 1)[-1] for selector in gin.config._REGISTRY._selector_map}
        close = difflib.get_close_matches(name, sorted(names), 1)
        return f"; did you mean {close[0]}?" if close else ""
    return ""


def _check_scopes():
    """Refuses bindings in a scope that no reference uses: gin would ignore them silently."""
    config = gin.config._CONFIG
    text = gin.config_str(max_line_length=10_000)
    used = set(re.findall(r"@([\w/]+)/", text))
    # A shared piece may define a variant that the experiment does not list.
    complete = {
        scope for (scope, selector), bound in config.items() if _required(selector) & set(bound)
    }
    for (scope, selector), bound in config.items():
        if not scope or selector in ("gin.macro", "gin.constant") or not bound:
            continue
        if scope not in used and scope not in complete:
            close = difflib.get_close_matches(scope, used | complete, 1)
            raise ConfigurationError(
                f"the scope {scope!r} of {scope}/{selector.rsplit('.', 1)[-1]}.{next(iter(bound))} "
                "is used nowhere, so the binding would be ignored"
                + (f"; did you mean {close[0]!r}?" if close else "")
            )


def _required(selector):
    """Names of a configurable's required parameters."""
    registered = gin.config._REGISTRY.get_match(selector)
    if registered is None:
        return set()
    return {
        name for name, parameter in inspect.signature(registered.wrapped).parameters.items()
        if parameter.default is parameter.empty or parameter.default is gin.REQUIRED
    }
