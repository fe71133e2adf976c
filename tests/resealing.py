"""Changes stored arrays and their checksums, as if training had stored them so."""

import os

from lth_keras import files


def store_again(path, arrays):
    """Writes an .npz of a run, and its new checksum into each done.json that vouches for it."""
    files.write_npz(path, arrays)
    trial = next(folder for folder in path.parents if folder.name.startswith("trial_"))
    for done in trial.glob("*/done.json"):
        facts = files.read_sealed_json(done)
        name = os.path.relpath(path, done.parent)
        if name in facts["files"]:
            facts["files"][name] = files.sha256(path)
            files.write_sealed_json(done, {k: v for k, v in facts.items() if k != "seal"})
