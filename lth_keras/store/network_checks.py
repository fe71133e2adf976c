"""Checks of a finished network beyond its checksums: arrays, counts, facts, metrics."""

import math

import numpy as np

from lth_keras import masks
from lth_keras.errors import RunError
from lth_keras.paths import ROUND, round_name, variant_name
from lth_keras.store import masks_and_weights, network_folder, vouched
from lth_keras.store.metrics import read_rows
from lth_keras.store.model_arrays import check_variables
from lth_keras.store.whole_groups import check_whole_groups


def check_network(paths, header, folder):
    """Checks a finished network whose files have their checksums.

    Args:
      paths: `RunPaths`.
      header: run.json.
      folder: the network's.

    Raises:
      RunError: something does not hold.
    """
    facts = network_folder.facts(folder)
    _check_name(folder, facts)
    variables = _variables(header, facts)
    stored = vouched.arrays(folder, masks_and_weights.MASKS)
    weights = masks_and_weights.read_weights(folder)
    check_variables(weights, variables, "weights.npz")
    _check_masks(stored, header, facts, variables)
    frozen = facts.get("pruned") == "initial"
    if not frozen:
        masks.check_applied(stored, weights)
    if not facts["diverged"]:
        _check_finite(weights, "weights.npz")
    _check_metrics(folder, facts)
    match = ROUND.fullmatch(folder.name)
    if match:
        _check_round(paths, header, facts, int(match[1]), stored, variables)
    if not match or facts.get("biases_from"):
        initial = masks_and_weights.read_start_file(paths, facts["trial"], folder.name)
        check_variables(initial, variables, "initial.npz")
        if frozen:
            _check_frozen(stored, initial, weights)
        first = masks_and_weights.read_start_masks(paths, facts["trial"], folder.name)
        masks.check_applied(first, initial)
        _check_finite(initial, "initial.npz")
        _check_start(paths, facts, first, initial)
        _check_biases(paths, facts, first, initial)
        _check_updates(facts, first, stored)


def _check_name(folder, facts):
    expected = round_name(facts["round"])
    if facts["variant"] != "imp":
        expected = variant_name(facts["variant"], facts["round"] or None)
    if folder.name != expected and folder.name != facts["variant"]:
        raise RunError(f"done.json says that it is {expected}")


def _variables(header, facts):
    """{key: [dtype, side, …]} of the network's architecture."""
    return facts["variables"] if facts["architecture"] else header["variables"]


def _check_masks(stored, header, facts, variables):
    for key, array in stored.items():
        if array.dtype != bool:
            raise RunError(f"masks.npz: {key} is {array.dtype}; expected bool")
        shape = [*map(int, array.shape)]
        if variables is not None and shape != list(variables.get(key, [None]))[1:]:
            raise RunError(f"masks.npz: {key} has the shape {array.shape}, which is no variable's")
    counts = facts["kept_weights"]
    if set(stored) != set(counts):
        raise RunError(f"masks.npz has masks of {sorted(stored)}; done.json counts "
                       f"{sorted(counts)}")
    if not facts["architecture"] and set(stored) != set(header["prunable_weights"]):
        raise RunError("masks.npz has masks of other layers than run.json names as prunable")
    masks.check(stored, expected=counts)
    if masks.size(stored) != facts["prunable_weights"]:
        raise RunError(f"masks.npz covers {masks.size(stored)} weights; done.json says "
                       f"{facts['prunable_weights']}")
    density = masks.total_kept(stored) / max(1, sum(header["prunable_weights"].values()))
    if not math.isclose(density, facts["density"], rel_tol=1e-9, abs_tol=1e-12):
        raise RunError(f"masks.npz has the density {density:.6g}; done.json says "
                       f"{facts['density']:.6g}")


def _check_metrics(folder, facts):
    rows = read_rows(folder)
    for column in ("trial", "variant", "round", "density"):
        if (rows[column] != facts[column]).any():
            raise RunError(f"metrics.csv has another {column} than done.json, {facts[column]!r}")
    steps = rows["step"].to_numpy()
    if (np.diff(steps) <= 0).any() or steps[-1] != facts["steps"]:
        raise RunError(f"metrics.csv ends at step {steps[-1]} or goes back; done.json says "
                       f"{facts['steps']}")
    for key in [each for each in facts if each.startswith("final_test_")]:
        column, said = key.removeprefix("final_"), facts[key]
        if column not in rows:
            raise RunError(f"metrics.csv has no {column}, of which done.json has the last value")
        last = float(rows[column].iloc[-1])
        alike = math.isnan(last) if said is None or math.isnan(said) else math.isclose(
            last, said, rel_tol=1e-6, abs_tol=1e-9)
        if not alike:
            raise RunError(f"metrics.csv ends with the {column} {last:.6g}; done.json says {said}")


def _check_round(paths, header, facts, round, stored, variables):
    kept_by_round = header.get("kept_by_round")
    if kept_by_round is not None and (
            round >= len(kept_by_round)
            or kept_by_round[round] not in (None, masks.total_kept(stored))):
        said = kept_by_round[round] if round < len(kept_by_round) else "no such round"
        raise RunError(f"masks.npz keeps {masks.total_kept(stored)} weights; the schedule says "
                       f"{said}")
    _check_groups(header, facts, round)
    check_whole_groups(header, round, stored)
    if round:
        before = paths.network(facts["trial"], round_name(round - 1))
        if network_folder.is_done(before):
            masks.check(stored, previous=masks_and_weights.read_masks(before))
        return
    points = {"initial.npz": paths.initial(facts["trial"]), "rewind.npz": paths.rewind(
        facts["trial"])}
    arrays = {}
    for name, path in points.items():
        if f"../{name}" in facts["files"]:
            arrays[name] = vouched.trial_arrays(paths, facts["trial"], path)
            check_variables(arrays[name], variables, name)
            # Round 0 may have diverged before the rewind point; θ_0 is always finite.
            if name == "initial.npz" or not facts["diverged"]:
                _check_finite(arrays[name], name)
    if len(arrays) == 2 and header.get("rewind_step") == 0:
        _check_equal(arrays["rewind.npz"], arrays["initial.npz"], "rewind.npz is not initial.npz")


def _check_groups(header, facts, round):
    groups = header.get("groups")
    if groups is None:
        return
    kept = facts.get("kept_groups") or {}
    if set(kept) != set(groups["sizes"]) or sum(kept.values()) != groups["kept_by_round"][round]:
        raise RunError(
            f"done.json counts {sum(kept.values())} {groups['name']}s; the schedule says "
            f"{groups['kept_by_round'][round]}")


def _check_start(paths, facts, stored, initial):
    name = "rewind" if facts["variant"] == "imp" else facts.get("starts_from")
    if name is None or facts["architecture"]:
        return
    point = masks_and_weights.read_initial if name == "initial" else masks_and_weights.read_rewind
    expected = masks.apply(stored, point(paths, facts["trial"]))
    if facts.get("biases_from"):  # `_check_biases` checks the others.
        expected = {key: expected[key] for key in stored}
    _check_equal(expected, initial, f"initial.npz is not mask × {name}.npz")


def _check_biases(paths, facts, stored, initial):
    source = facts.get("biases_from")
    if source is None or not network_folder.is_done(paths.network(facts["trial"], source)):
        return
    trained = masks_and_weights.read_weights(paths.network(facts["trial"], source))
    _check_equal({key: array for key, array in initial.items() if key not in stored}, trained,
                 f"initial.npz has not the biases of {source}")


def _check_frozen(stored, initial, weights):
    for key, mask in stored.items():
        if not np.array_equal(initial[key][~mask], weights[key][~mask]):
            raise RunError(f"weights.npz has pruned weights of {key} that are not those of "
                           "initial.npz, where they were to be frozen")


def _check_updates(facts, first, stored):
    changed = facts.get("mask_updates")
    if changed is None:
        return
    kept = [each["weights"] for each in changed["kept"]]
    if not kept or (kept[0], kept[-1]) != (masks.kept(first), masks.kept(stored)):
        raise RunError("mask_updates of done.json do not begin with the counts of "
                       "initial_masks.npz, or do not end with those of masks.npz")


def _check_equal(ours, others, problem):
    for key, array in ours.items():
        if key not in others or not np.array_equal(array, others[key]):
            raise RunError(f"{problem} at {key}")


def _check_finite(arrays, name):
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise RunError(f"{name} has values at {key} that are not finite")
