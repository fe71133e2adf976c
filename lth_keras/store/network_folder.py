"""A network's folder: its files are written first, done.json with their checksums last. Also reads
run.json."""

import pathlib

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.program import program
from lth_keras.store.schemas import NetworkFacts, RunHeader, checked
from lth_keras.store.schemas.facts_counts import problem_with

DONE = "done.json"
# {path: (stamp, contents)} of JSON files that this process has read and checked.
_read_before = {}
# {done.json: (the stamp of run.json, its own)} of those that fit each other.
_fit_before = {}


def is_done(folder):
    """Whether the network in `folder` was finished."""
    return opening.is_file(pathlib.Path(folder) / DONE)


def begin(folder):
    """Removes done.json before a network is written anew, so that half of it does not count as
    done.

    Raises:
      RunError: it cannot be removed.
    """
    path = pathlib.Path(folder) / DONE
    with files.writing(path):
        opening.remove(path)


def finish(folder, names, facts, schema=NetworkFacts):
    """Writes done.json, last: from now on the network counts as done.

    Args:
      folder: the network's folder.
      names: the files to vouch for, relative to this folder.
      facts: what is known of the network, for people and for other programs.
      schema: the form of done.json.
    """
    folder = pathlib.Path(folder)
    checksums = {name: files.sha256(folder / name) for name in names}
    content = checked(schema, {**facts, "files": checksums}, folder / DONE)
    files.write_sealed_json(folder / DONE, content)


def facts(folder, schema=NetworkFacts):
    """The contents of a finished network's done.json.

    Raises:
      RunError: it is missing, was altered, or is not what this program writes.
    """
    folder = pathlib.Path(folder)
    content = read_checked(folder / DONE, schema)
    if schema is NetworkFacts:
        _check_place(folder, content)
        _check_fits(folder, content)
    return content


def header(paths):
    """The contents of a run's run.json.

    Raises:
      RunError: it is missing, was altered, or is not what this program writes.
    """
    return read_checked(paths.run_json, RunHeader)


def _check_place(folder, content):
    """Checks that done.json belongs here: a whole folder may have been moved."""
    trial = folder.parent.name.removeprefix("trial_")
    if content["unit"] != folder.name or not trial.isdecimal() or content["trial"] != int(trial):
        raise RunError(
            f"{folder / DONE} is that of {content['unit']} of trial {content['trial']}: it was put "
            f"into another network's place; `{program()} verify RUN --repair` sets it aside"
        )


def _check_fits(folder, content):
    """Checks that done.json does not contradict run.json, where that can be read; once for both."""
    path, own = folder.parent.parent / "run.json", folder / DONE
    try:
        header = read_checked(path, RunHeader)
    except RunError:
        return  # It is missing or damaged, as whoever reads it will say.
    stamps = _read_before[str(path), RunHeader][0], _read_before[str(own), NetworkFacts][0]
    if _fit_before.get(str(own)) == stamps:
        return
    problem = problem_with(header, content)
    if problem:
        raise RunError(
            f"{own} does not fit {path.name}: {problem}; `{program()} verify RUN --repair` "
            "sets the network aside"
        )
    _fit_before[str(own)] = stamps


def read_checked(path, schema):
    """A sealed JSON file that fits a schema; it is read again only when it has changed.

    Raises:
      RunError: it is missing, was altered, or is not what this program writes.
    """
    try:
        with opening.opened(path) as file:
            stamp = opening.stamp_of(file, path)
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror or error}") from error
    known = _read_before.get((str(path), schema))
    if known is None or known[0] != stamp:
        known = stamp, checked(schema, files.read_sealed_json(path), path)
        _read_before[str(path), schema] = known
    return dict(known[1])
