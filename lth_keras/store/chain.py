"""The chain from network to network: which files each was made from, and what a change affects."""

import posixpath

from lth_keras.errors import RunError
from lth_keras.program import program
from lth_keras.store import masks_and_weights, network_folder, vouched
from lth_keras.store.fingerprints import configuration_digest


def other_origin(paths, facts, header=None):
    """Why a finished network does not come from the files that are stored now, in words; else None.

    Args:
      paths: `RunPaths`.
      facts: its done.json.
      header: run.json, or None: then data and configuration are not compared.
    """
    made_from = facts["made_from"]
    if header is not None:
        if made_from["data"] != header["data"]["fingerprint"]:
            return "it was trained on other data than run.json names"
        if made_from["configuration"] != configuration_digest(header["configuration"]):
            return "it was trained with another configuration than run.json has"
    for name, checksum in made_from["files"].items():
        place = _in_trial(facts["unit"], name)
        now = _vouched_now(paths, facts["trial"], place)
        if now is not None and now != checksum:
            return f"it was made from another {place} than the one that is stored"
    return None


def doubtful(paths, facts):
    """Files of the trial that have changed since a network was made from them."""
    recorded = facts["made_from"]["files"]
    return [place for name, checksum in recorded.items()
            for place in [_in_trial(facts["unit"], name)]
            if _vouched_now(paths, facts["trial"], place) not in (None, checksum)]


def check_stored(paths, folder):
    """Checks that a finished network is as it was written, and made from what is stored now.

    Raises:
      RunError: it is not; or its done.json is damaged.
    """
    facts = network_folder.facts(folder)
    changed = masks_and_weights.changed_files(folder, facts["files"])
    problem = other_origin(paths, facts)
    if changed:
        problem = f"{changed[0]} is missing or was changed"
    if problem:
        raise RunError(
            f"{folder}: {problem}; `{program()} verify {paths.root} --repair` sets it aside with "
            "all that was made from it, then give the same command again"
        )


def descendants(trial_facts, changed):
    """Names of the networks that were made from a changed file, directly or through other networks.

    Args:
      trial_facts: {name: done.json} of a trial's finished networks.
      changed: files of the trial, relative to its folder: 'round_00/weights.npz', 'rewind.npz'.
    """
    reached, changed = set(), set(changed)
    while True:
        new = {
            name for name, facts in trial_facts.items()
            if name not in reached and changed & made_from(name, facts)
        }
        if not new:
            return reached
        reached |= new
        for name in new:
            changed |= written_by(name, trial_facts[name])


def written_by(name, facts):
    """The files that a network's done.json vouches for, relative to the trial."""
    return {_in_trial(name, file) for file in facts["files"]} if facts else {
        f"{name}/{file}" for file in ("masks.npz", "weights.npz", "metrics.csv", "optimizer.npz")}


def made_from(name, facts):
    """The files that a network was made from, relative to the trial."""
    drawn_from = {_in_trial(name, file) for file in facts["files"] if file.startswith("../dist")}
    return drawn_from | {_in_trial(name, file) for file in facts["made_from"]["files"]}


def _in_trial(name, file):
    """A file's place in the trial: 'rewind.npz' for ('round_01', '../rewind.npz')."""
    return posixpath.normpath(posixpath.join(name, file))


def _vouched_now(paths, trial, place):
    name, _, file = place.partition("/")
    if not file or name == "distributions":
        return vouched.trial_checksum(paths, trial, paths.trial(trial) / place)
    folder = paths.network(trial, name)
    return network_folder.facts(folder)["files"].get(file) if network_folder.is_done(folder) \
        else None
