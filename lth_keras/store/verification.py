"""`run.py verify`: checks every checksum and every invariant of a run, without TensorFlow."""

import contextlib
import dataclasses
import pathlib
import posixpath

from lth_keras import opening
from lth_keras.errors import RunError
from lth_keras.program import program
from lth_keras.store import chain, network_folder
from lth_keras.store.beside_networks import check_beside
from lth_keras.store.findings import Finding
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.store.network_checks import check_network


@dataclasses.dataclass
class Verification:
    """What a verification has found, and how many networks it has checked.

    Attributes:
      findings: `Finding`s.
      done: number of finished networks.
      unfinished: names of networks that are not done, 'trial_01/round_03'.
    """

    findings: list
    done: int = 0
    unfinished: tuple = ()


def verify(paths):
    """Checks everything of the run in `paths` and changes nothing.

    Raises:
      RunError: there is no run.
    """
    if not paths.root.is_dir() or not (opening.exists(paths.run_json) or _trials(paths)):
        raise RunError(f"{paths.root} holds no run; give the folder of one, see {program()} list")
    header, findings = _header(paths)
    findings += _folder_findings(paths)
    outcome = Verification(findings)
    unfinished = []
    for folder in _networks(paths, header):
        name = _relative(paths, folder)
        if not network_folder.is_done(folder):
            unfinished.append(name)
            if header.get("state") == "done" and not _is_left_out(header, folder):
                findings.append(Finding(
                    f"{name}/{network_folder.DONE}",
                    "is missing, and run.json says that the run is done", (name,)))
            continue
        outcome.done += 1
        findings.extend(_network_findings(paths, header, folder))
    outcome.unfinished = tuple(unfinished)
    findings.extend(_descendants(paths, findings))
    findings.extend(check_beside(paths, header))
    return outcome


def set_aside(paths, findings):
    """Moves damaged files into set_aside/NNN/, so that the next training command makes them again.

    It deletes nothing, and moves nothing that lies outside the run or behind a link.

    Returns:
      The folder it was moved to.

    Raises:
      RunError: something cannot be moved.
    """
    number = 1
    while opening.exists(paths.set_aside / f"{number:03d}"):
        number += 1
    target = paths.set_aside / f"{number:03d}"
    for name in sorted({each for finding in findings for each in finding.aside}):
        source = paths.root / name
        if not opening.exists(source):
            continue
        try:
            opening.move(source, target / name)
        except OSError as error:
            raise RunError(
                f"cannot move {source} to {target / name}: {error.strerror or error}; mend the "
                "place, then give the same command again"
            ) from error
    return target


def _header(paths):
    if not opening.exists(paths.run_json):
        return {}, [Finding("run.json", "is missing", ())]
    try:
        return network_folder.header(paths), []
    except RunError as error:
        return {}, [Finding("run.json", str(error), ("run.json",))]


def _folder_findings(paths):
    """`Finding`s about folders of a run that are links or files now."""
    folders = [paths.tensorboard, paths.tensorboard_trials, paths.figures, paths.exports,
              paths.root / "analysis"]
    for trial in _trials(paths):
        folders += [paths.root / trial, paths.root / trial / "distributions"]
    return [
        Finding(name, "is a link or no folder", (name,))
        for path in folders if opening.exists(path) and not opening.is_folder(path)
        for name in [_relative(paths, path)]
    ]


def _trials(paths):
    return [name for name in opening.entries(paths.root)
            if name.startswith("trial_") and name[6:].isdecimal()]


def _networks(paths, header):
    if "units" in header:
        return [paths.network(trial, name) for trial, name in header["units"]]
    return [
        paths.root / trial / name for trial in _trials(paths)
        for name in opening.entries(paths.root / trial)
        if name != "distributions" and opening.is_folder(paths.root / trial / name)
    ]


def _is_left_out(header, folder):
    trial = int(folder.parent.name.removeprefix("trial_"))
    return f"{trial}/{folder.name}" in header.get("skipped", {})


def _relative(paths, path):
    return str(pathlib.Path(path).relative_to(paths.root))


def _network_findings(paths, header, folder):
    name = _relative(paths, folder)
    # The event file shows the network, and the mean's shows the event file: both are written again.
    events = f"{paths.tensorboard_trials.name}/{folder.name}/{folder.parent.name}"

    def finding(file, problem, changed, *more):
        place = posixpath.normpath(posixpath.join(name, file))
        return Finding(place, problem, (name, events, *more), tuple(changed))

    try:
        facts = network_folder.facts(folder)
    except RunError as error:
        return [finding(network_folder.DONE, str(error), chain.written_by(folder.name, None))]
    known = header.get("networks", {}).get(name)
    everything = chain.written_by(folder.name, facts)
    if known is not None and not is_unchanged(folder / network_folder.DONE, known):
        return [finding(
            network_folder.DONE, "is not the one that run.json vouches for", everything)]
    findings = []
    for file, checksum in facts["files"].items():
        in_trial = posixpath.normpath(posixpath.join(folder.name, file))
        shared = [f"{folder.parent.name}/{in_trial}"] if file.startswith("../") else []
        if not opening.is_file(folder / file):
            findings.append(finding(file, "is missing", [in_trial]))
        elif not is_unchanged(folder / file, checksum):
            findings.append(finding(
                file, "has another checksum than done.json says", [in_trial], *shared))
    if findings:
        return findings
    try:
        problem = chain.other_origin(paths, facts, header or None)
        if problem:
            # Nobody can tell which of the two is right: both are made again.
            doubtful = chain.doubtful(paths, facts)
            return [finding("", problem, [*everything, *doubtful], *(
                f"{folder.parent.name}/{each}" for place in doubtful
                for each in _owners(place)))]
        if header:  # Without it nothing says which arrays the model has: checksums have to do.
            check_network(paths, header, folder)
    except RunError as error:
        return [finding("", str(error), everything)]
    return []


def _owners(place):
    """What to set aside for a file of a trial: its network, or the file and round 0, which wrote
    it."""
    name, _, file = place.partition("/")
    return [name] if file and name != "distributions" else [place, "round_00"]


def _descendants(paths, findings):
    """A finding for each network that was made from a damaged file."""
    damaged = {name for finding in findings for name in finding.aside}
    reached = []
    for trial in _trials(paths):
        changed = {file for each in findings if each.path.startswith(f"{trial}/")
                   for file in each.changed}
        if not changed:
            continue
        facts = {}
        for name in opening.entries(paths.root / trial):
            folder = paths.root / trial / name
            if network_folder.is_done(folder) and f"{trial}/{name}" not in damaged:
                with contextlib.suppress(RunError):  # The folder holds no network of this run.
                    facts[name] = network_folder.facts(folder)
        reached += [
            Finding(f"{trial}/{name}", "was made from what is damaged",
                    (f"{trial}/{name}", f"{paths.tensorboard_trials.name}/{name}/{trial}"))
            for name in sorted(chain.descendants(facts, changed))
        ]
    return reached
