"""Whether the facts of a network's done.json fit each other, and those of its run.json."""

from lth_keras.paths import ROUND, round_name, variant_name
from lth_keras.store.schemas.parts import size_of


def check_facts(facts):
    """Checks a `NetworkFacts` in itself.

    Raises:
      ValueError: two facts contradict each other; it says which.
    """
    expected = round_name(facts.round) if facts.variant == "imp" else variant_name(
        facts.variant, facts.round or None)
    if facts.unit not in (expected, facts.variant):
        raise ValueError(f"unit is {facts.unit!r}; its variant and round make {expected!r}")
    if facts.start_step > facts.steps:
        raise ValueError(f"start_step is {facts.start_step}, and steps {facts.steps}")
    kept = facts.kept_weights
    if sum(kept.values()) > facts.prunable_weights and not facts.architecture:
        raise ValueError("kept_weights are more than prunable_weights")
    if not set(facts.collapsed_layers) <= {key.rpartition("/")[0] for key in kept}:
        raise ValueError("collapsed_layers names a layer that kept_weights does not")
    if not set(facts.told.mean_kept) <= set(kept):
        raise ValueError("mean_kept names a kernel that kept_weights does not")
    if facts.architecture and facts.variables is None:
        raise ValueError("it has an architecture of its own, and not its variables")
    for name in ("equal_to", "biases_from"):
        source = getattr(facts, name)
        if source is not None and (not ROUND.fullmatch(source)
                                   or f"../{source}/weights.npz" not in facts.made_from.files):
            raise ValueError(f"{name} is {source!r}, and made_from names no such round")
    if facts.mask_updates is not None:
        _check_updates(facts, facts.mask_updates)


def _check_updates(facts, changed):
    steps = [each.from_step for each in changed.kept]
    if any(later <= before for before, later in zip(steps, steps[1:], strict=False)) or not (
            facts.start_step <= steps[0] and steps[-1] <= facts.steps):
        raise ValueError(f"mask_updates.kept begins at {steps!r:.80}; the training went from step "
                         f"{facts.start_step} to {facts.steps}")
    if any(set(each.weights) != set(facts.kept_weights) for each in changed.kept):
        raise ValueError("mask_updates.kept names other kernels than kept_weights")
    if changed.kept[-1].weights != facts.kept_weights:
        raise ValueError("mask_updates.kept does not end with kept_weights")


def problem_with(header, facts):
    """What of a network's facts contradicts its run's header, in words; None where nothing does.

    Args:
      header: run.json, checked in itself.
      facts: done.json, checked in itself.
    """
    if not any((trial, name) == (facts["trial"], facts["unit"]) for trial, name in header["units"]):
        return f"run.json names no {facts['unit']} of trial {facts['trial']}"
    if facts["round"] >= len(header["kept_by_round"]):
        return f"it is of round {facts['round']}, and run.json has no such round"
    metric = f"final_test_{header['metrics'][0]['name']}"
    if any(key.startswith("final_test_") and key != metric for key in facts):
        return f"it has another final value than run.json's metric, {metric}"
    return _other_sizes(header, facts) or _other_groups(header, facts)


def _other_sizes(header, facts):
    kept, sizes = facts["kept_weights"], header["prunable_weights"]
    if facts["architecture"]:
        sizes = {key: size_of(facts["variables"][key]) for key in kept
                 if key in facts["variables"]}
    if set(kept) != set(sizes) or any(kept[key] > sizes[key] for key in kept):
        return "kept_weights names other kernels than the model's, or more weights than they have"
    if sum(sizes.values()) != facts["prunable_weights"]:
        return (f"prunable_weights is {facts['prunable_weights']}, and its kernels have "
                f"{sum(sizes.values())}")
    return None


def _other_groups(header, facts):
    groups, kept = header.get("groups"), facts.get("kept_groups")
    if groups is None or facts["architecture"]:
        return None if kept is None else "kept_groups counts groups, and the run counts weights"
    if kept is None or set(kept) != set(groups["sizes"]) or any(
            kept[key] > groups["sizes"][key] for key in kept):
        return "kept_groups has other rows than run.json's groups, or more groups than they have"
    return None
