"""The packaged gin files, and the search for one by its name."""

import dataclasses
import difflib
import pathlib
import re

from lth_keras.errors import ConfigurationError
from lth_keras.program import program

_PACKAGE = pathlib.Path(__file__).resolve().parent.parent
_FOLDER = "gin"
# Files that experiments include; they are not experiments themselves.
_PIECES = "pieces"
_SECTION = re.compile(r"(?P<name>Reproduces(?: the question of)?|After|Time|Examples)[: ]\s*")


def packaged_folder():
    """The packaged folder gin/, of the installed package or of the checkout; or None."""
    for place in (_PACKAGE / "shipped", _PACKAGE.parent):
        if (place / _FOLDER / _PIECES).is_dir():
            return place / _FOLDER
    return None


def require(files):
    """Raises ConfigurationError where no gin file was given."""
    if not files:
        raise ConfigurationError(
            "no experiment was named; give --gin_file=F, such as --gin_file=mnist_lt"
        )


def find(name, flag="--gin_file"):
    """The path of a gin file: `name` is a path, or the name of a packaged file.

    Args:
      name: 'gin/mnist_lt.gin', a path; or 'mnist_lt', 'smoke/mnist_lt', 'analysis/insights'.
      flag: for the error.

    Raises:
      ConfigurationError: there is no such file; the message names similar ones.
    """
    if _is_file(name):
        return name
    folder = packaged_folder()
    inside = name.removeprefix(f"{_FOLDER}/").removesuffix(".gin")
    if folder is not None and _is_file(folder / f"{inside}.gin"):
        return str(folder / f"{inside}.gin")
    shown = name if len(name) < 200 else f"{name[:200]}…"
    raise ConfigurationError(
        f"{flag}={shown} is no file, and no name of one that comes along; expected an experiment"
        f"{_similar(name, inside)}")


@dataclasses.dataclass(frozen=True)
class GinFile:
    """The parts of the comment at the head of a gin file.

    Attributes:
      name: 'mnist_lt', 'smoke/mnist_lt', …
      what: the sentence that says what is trained or measured.
      source: what it reproduces, and from which paper; '' where it does not say.
      time: how long it takes on what; '' where it does not say.
    """

    name: str
    what: str
    source: str
    time: str


def packaged():
    """`GinFile`s of all packaged files, experiments first."""
    folder = packaged_folder()
    if folder is None:
        raise ConfigurationError(
            "this installation has no gin files; install the wheel again, or work in a checkout")
    paths = [path for path in sorted(folder.glob("**/*.gin"))
             if _PIECES not in path.relative_to(folder).parts]
    paths.sort(key=lambda path: len(path.relative_to(folder).parts))
    return [read_header(path, path.relative_to(folder).with_suffix("").as_posix())
            for path in paths]


def read_header(path, name):
    """The `GinFile` of a path."""
    lines = []
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#"))
    parts, current = {"what": []}, "what"
    for line in lines:
        section = _SECTION.match(line.strip())
        if section:
            current = "time" if section["name"] == "Time" else "source"
            line = line.strip()[section.end():]
        if not line.startswith("   "):  # A command.
            parts.setdefault(current, []).append(line.strip())
    text = {key: " ".join(" ".join(value).split()) for key, value in parts.items()}
    return GinFile(name, text["what"], text.get("source", ""), text.get("time", ""))


def _is_file(path):
    try:
        return pathlib.Path(path).is_file()
    except (OSError, ValueError):  # The name is too long, or has a zero byte.
        return False


def _similar(name, inside):
    folder = packaged_folder()
    here = []
    try:
        parent = pathlib.Path(name).parent
        here = [str(path) for path in parent.glob("*.gin")]
    except (OSError, ValueError):
        pass
    close = difflib.get_close_matches(name, here, 1)
    if not close and folder is not None:
        known = [each.name for each in packaged()]
        close = difflib.get_close_matches(inside, known, 1)
        if not close and not here:
            return f"; `{program()} experiments` lists those that come along"
    if close:
        return f"; did you mean {close[0]}?"
    return f"; {parent} has {', '.join(sorted(pathlib.Path(path).name for path in here))}"
