"""Makes a network's folder count as done, with the files that a test has put into it."""

import pathlib

from lth_keras import files
from lth_keras.store import network_folder

# Of a network of which nobody asks what it was made from.
MADE_FROM = {"files": {}, "data": "00", "configuration": "0" * 64}


def finish(folder, **facts):
    """Writes done.json for all files of `folder`; for round 0 also for the trial's files.

    Args:
      folder: 'trial_01/NAME'; empty files are made for those that a network always has.
      **facts: values for done.json in place of the default ones.
    """
    folder = pathlib.Path(folder)
    for name in ("masks.npz", "weights.npz", "metrics.csv"):
        if not (folder / name).exists():
            files.write_bytes(folder / name, b"")
    names = sorted(path.name for path in folder.iterdir() if path.name != network_folder.DONE)
    if folder.name == "round_00":
        names += [f"../{path.name}" for path in folder.parent.glob("*.npz")]
    kept = {}
    if (folder / "masks.npz").stat().st_size:
        kept = {key: int((array != 0).sum())
                for key, array in files.read_npz(folder / "masks.npz").items()}
    name, _, index = folder.name.partition("@")
    is_imp = name.startswith("round_")
    network_folder.finish(folder, names, {
        "trial": int(folder.parent.name.removeprefix("trial_")), "unit": folder.name,
        "variant": "imp" if is_imp else name, "round": int(name[6:] if is_imp else index or 0),
        "density": 1.0, "kept_weights": kept, "prunable_weights": 10**6, "architecture": {},
        "start_step": 0, "steps": 1, "diverged": False, "final_test_accuracy": None,
        "train_seconds": 0.0, "evaluate_seconds": 0.0, "made_from": MADE_FROM, **facts,
    })
    return folder


def revouch(folder):
    """Writes done.json anew after a test has changed a network's files: the checksums fit."""
    content = files.read_sealed_json(pathlib.Path(folder) / network_folder.DONE)
    content["files"] = {
        name: files.sha256(pathlib.Path(folder) / name) for name in content["files"]}
    files.write_sealed_json(pathlib.Path(folder) / network_folder.DONE, content)
