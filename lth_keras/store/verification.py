"""Checking a stored run: every checksum and every invariant of it, without TensorFlow."""

import dataclasses
import pathlib
import shutil

import numpy as np

from lth_keras import masks
from lth_keras.errors import RunError
from lth_keras.paths import ROUND, round_name
from lth_keras.store import network_folder
from lth_keras.store.metrics import read_csv
from lth_keras.store.network_reader import (
    is_unchanged,
    read_initial,
    read_masks,
    read_rewind,
    read_start_file,
    read_weights,
)

# Which file of the trial a weight rule starts from.
_STARTS = {"RewoundWeights": "rewind", "InitialWeights": "initial"}


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that is wrong in a stored run.

    Attributes:
      path: the file, relative to the run.
      problem: what is wrong with it.
      aside: what has to be set aside so that the next run mends it, relative to the run.
    """

    path: str
    problem: str
    aside: tuple

    def __str__(self):
        return f"{self.path}: {self.problem}"


@dataclasses.dataclass
class Verification:
    """The outcome: what is wrong, and how many units were there.

    Attributes:
      findings: `Finding`s.
      done: number of finished units.
      unfinished: names of units that are not done, 'trial_01/round_03'.
    """

    findings: list
    done: int = 0
    unfinished: tuple = ()


def verify(paths):
    """Checks everything of the run in `paths` and changes nothing.

    Raises:
      RunError: there is no run.
    """
    if not paths.root.is_dir() or not (paths.run_json.exists() or _unit_folders(paths)):
        raise RunError(f"{paths.root} holds no run; give the folder of one, see run.py list")
    header, findings = _header(paths)
    outcome = Verification(findings)
    unfinished = []
    for folder in _units(paths, header):
        name = _relative(paths, folder)
        if not network_folder.is_done(folder):
            unfinished.append(name)
            if header.get("state") == "done" and not _is_left_out(header, folder):
                findings.append(Finding(
                    f"{name}/{network_folder.DONE}",
                    "is missing, and run.json says that the run is done", (name,)))
            continue
        outcome.done += 1
        findings.extend(_unit_findings(paths, header, folder))
    outcome.unfinished = tuple(unfinished)
    findings.extend(_table_findings(paths, header))
    return outcome


def set_aside(paths, findings):
    """Moves what is damaged into set_aside/NNN/, for the next run to do it again.

    Nothing is deleted.

    Returns:
      The folder it was moved to.
    """
    number = 1
    while (paths.set_aside / f"{number:03d}").exists():
        number += 1
    target = paths.set_aside / f"{number:03d}"
    for name in sorted({each for finding in findings for each in finding.aside}):
        source = paths.root / name
        if source.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(source, target / name)
    return target


def _header(paths):
    if not paths.run_json.exists():
        return {}, [Finding("run.json", "is missing", ())]
    try:
        return network_folder.header(paths), []
    except RunError as error:
        return {}, [Finding("run.json", str(error), ("run.json",))]


def _unit_folders(paths):
    return sorted(
        folder for folder in paths.root.glob("trial_*/*")
        if folder.is_dir() and folder.name != "distributions"
    )


def _units(paths, header):
    if "units" in header:
        return [paths.network(trial, name) for trial, name in header["units"]]
    return _unit_folders(paths)


def _is_left_out(header, folder):
    trial = int(folder.parent.name.removeprefix("trial_"))
    return f"{trial}/{folder.name}" in header.get("skipped", {})


def _relative(paths, path):
    return str(pathlib.Path(path).relative_to(paths.root))


def _unit_findings(paths, header, folder):
    name = _relative(paths, folder)

    def finding(file, problem, *more):
        place = pathlib.PurePosixPath(name, file)
        return Finding(str(place), problem, (name, *more))

    try:
        facts = network_folder.facts(folder)
    except RunError as error:
        return [finding(network_folder.DONE, str(error))]
    found = []
    for file, checksum in facts["files"].items():
        path = (folder / file).resolve()
        if not path.is_relative_to(paths.root.resolve()):
            found.append(finding(network_folder.DONE, f"names {file}, which lies outside the run"))
            continue
        # A file of the trial, which other units vouch for as well.
        shared = [str(path.relative_to(paths.root.resolve()))] if ".." in file else []
        if not path.is_file():
            found.append(finding(file, "is missing"))
        elif not is_unchanged(path, checksum):
            found.append(finding(file, "has another checksum than done.json says", *shared))
    if found:
        return found
    try:
        _check_unit(paths, header, folder, facts)
    except RunError as error:
        return [finding("", str(error))]
    return []


def _check_unit(paths, header, folder, facts):
    found = read_masks(folder)
    masks.check(found, expected=facts["kept_weights"])
    weights = read_weights(folder)
    masks.check_applied(found, weights)
    if not facts["diverged"]:
        _check_finite(weights, "weights.npz")
    read_csv(folder / "metrics.csv")
    match = ROUND.fullmatch(folder.name)
    if match:
        _check_round(paths, header, folder, facts, int(match[1]), found)
    else:
        initial = read_start_file(paths, facts["trial"], folder.name)
        masks.check_applied(found, initial)
        _check_finite(initial, "initial.npz")
        _check_start(paths, facts, found, initial)


def _check_round(paths, header, folder, facts, index, found):
    if "kept_by_round" in header and masks.total_kept(found) != header["kept_by_round"][index]:
        raise RunError(
            f"masks.npz keeps {masks.total_kept(found)} weights; the schedule says "
            f"{header['kept_by_round'][index]}"
        )
    before = paths.network(facts["trial"], round_name(index - 1)) if index else None
    if before is not None and network_folder.is_done(before):
        masks.check(found, previous=read_masks(before))


def _check_start(paths, facts, found, initial):
    name = _STARTS.get(facts.get("weights_rule"))
    if name is None or facts["architecture"]:
        return
    point = read_initial if name == "initial" else read_rewind
    for key, array in masks.apply(found, point(paths, facts["trial"])).items():
        if not np.array_equal(array, initial[key]):
            raise RunError(f"initial.npz is not mask × {name}.npz at {key}")


def _check_finite(arrays, name):
    for key, array in arrays.items():
        if not np.isfinite(array).all():
            raise RunError(f"{name} has values at {key} that are not finite")


def _table_findings(paths, header):
    found = []
    for name, checksum in header.get("tables", {}).items():
        path = paths.root / name
        if not path.is_file():
            found.append(Finding(name, "is missing", ()))
        elif not is_unchanged(path, checksum):
            found.append(Finding(name, "has another checksum than run.json says", (name,)))
    return found
