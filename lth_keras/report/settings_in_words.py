"""A run's settings and durations in words, from run.json and the networks' facts."""

from lth_keras import opening
from lth_keras.durations import Duration, seconds_in_words
from lth_keras.paths import round_name

_SCOPES = {"layerwise": "within each layer", "global": "over all layers together"}


def updates_a_round(run):
    """Optimizer updates of one round after the first, from the rewind point on."""
    return _updates_of_round_0(run) - run.header["rewind_step"]


def spelt(duration):
    """'5 epochs' for '5ep', '1 iteration' for '1it'."""
    parsed = Duration.parse(duration)
    unit = "epoch" if parsed.unit == "ep" else "iteration"
    return f"{parsed.value:,} {unit}{'s' if parsed.value != 1 else ''}"


def rounds(run):
    """'10 rounds of 5 epochs (295 updates) each'; of a later rewind point also what it changes."""
    count = len(run.header["kept_by_round"]) - 1
    text = f"{count} round{'s' if count != 1 else ''} of {spelt(run.header['round_duration'])}"
    step, first = run.header["rewind_step"], _updates_of_round_0(run)
    if step == 0:
        return f"{text} ({first:,} updates)" + (" each" if count != 1 else "")
    return (
        f"{text} (round 0 trains {first:,} updates, each later round {updates_a_round(run):,}: "
        f"from the rewind point at step {step:,} to the same end)")


def example(run):
    """(name, round) of a network of this run whose name shows how names are made; or None.

    It is the sparsest ticket; where there is none, the sparsest control.
    """
    named = [
        (facts["variant"] == "ticket", facts["round"], name)
        for (_, name), facts in run.facts.items() if facts["variant"] != "imp" and facts["round"]]
    if not named:
        return None
    _, round, name = max(named)
    return name, round


def masked_example(run):
    """'round_06|round_07', as analyses name a solution on another's mask; '' without two rounds."""
    return "|".join(map(round_name, run.rounds("imp")[-2:])) if len(run.rounds("imp")) > 1 else ""


def pruning(run):
    """'10 rounds of 5 epochs (295 updates) each; 20 % of the remaining weights go in each, …'."""
    imp = run.header["configuration"]["imp"]
    schedule = imp["schedule"].get("config", imp["schedule"])
    parts = [rounds(run)]
    scope = _SCOPES.get(schedule["scope"], schedule["scope"])
    groups = (run.header.get("groups") or {"name": "weight"})["name"]
    parts.append(f"{100 * schedule['rate']:g} % of the remaining {groups}s go in each, {scope}")
    if "granularity" in schedule:
        parts.append(f"granularity {schedule['granularity']['class_name']} " + ", ".join(
            f"{name} {value}" for name, value in schedule["granularity"]["config"].items()))
    if schedule.get("rates"):
        parts.append("other rates: " + ", ".join(
            f"{name} not pruned" if rate is None else f"{name} {100 * rate:g} %"
            for name, rate in schedule["rates"].items()))
    parts.append(f"ranked by {imp['criterion']['class']}")
    step = run.header["rewind_step"]
    parts.append(f"rewound to step {step:,}" + (", the initialisation" if step == 0 else ""))
    return "; ".join(parts)


def took(run):
    """How long the training of all networks took, and the whole run if one process did it."""
    trained = sum(facts.get("train_seconds", 0) for facts in run.facts.values())
    evaluated = sum(facts.get("evaluate_seconds", 0) for facts in run.facts.values())
    # A network that equals one of IMP is a copy of it, and was not trained again.
    steps = sum(facts["steps"] - facts.get("start_step", 0) for facts in run.facts.values()
                if not facts.get("equal_to"))
    peaks = [facts.get("peak_memory_bytes") or 0 for facts in run.facts.values()]
    text = (f"{seconds_in_words(trained)} of training ({steps:,} updates), "
            f"{seconds_in_words(evaluated)} of evaluation")
    if "seconds" in run.header:
        whole = seconds_in_words(run.header["seconds"])
        text += f"; {whole} from the last command's start to its end"
    if any(peaks):
        text += f"; {max(peaks) / 1e9:.1f} GB of main memory at most"
    return text


def folders(run):
    """Names of the run's folders that a reader may want to open.

    The first three are written with the page, so that they always exist.
    """
    others = ["exports", "analysis"]
    others += [run.paths.trial(trial).name for trial in range(1, run.header["trials"] + 1)]
    return ["figures", "tensorboard", "tensorboard_trials",
            *(name for name in others if opening.is_folder(run.paths.root / name))]


def _updates_of_round_0(run):
    return Duration.parse(run.header["round_duration"]).steps(run.header["steps_per_epoch"])
