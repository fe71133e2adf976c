"""What a run was set to and what it took, in words made from run.json and the networks' facts."""

from lth_keras.durations import Duration, seconds_in_words

_SCOPES = {"layerwise": "within each layer", "global": "over all layers together"}


def updates_a_round(run):
    """Optimizer updates of one round of pruning, the rewinding left out."""
    steps = Duration.parse(run.header["round_duration"]).steps(run.header["steps_per_epoch"])
    return steps - run.header["rewind_step"]


def pruning(run):
    """'10 rounds of 295 updates; 20 % of the remaining weights go in each, …'."""
    imp = run.header["configuration"]["imp"]
    schedule = imp["schedule"].get("config", imp["schedule"])
    parts = [f"{schedule['rounds']} rounds of {updates_a_round(run):,} updates"]
    scope = _SCOPES.get(schedule["scope"], schedule["scope"])
    groups = (run.header.get("groups") or {"name": "weight"})["name"]
    parts.append(f"{100 * schedule['rate']:g} % of the remaining {groups}s go in each, {scope}")
    if "granularity" in schedule:
        parts.append(f"granularity {schedule['granularity']['class_name']} " + ", ".join(
            f"{name} {value}" for name, value in schedule["granularity"]["config"].items()))
    if schedule.get("rates"):
        parts.append("other rates: " + ", ".join(
            f"{name} {100 * rate:g} %" for name, rate in schedule["rates"].items()))
    parts.append(f"ranked by {imp['criterion']['class']}")
    step = run.header["rewind_step"]
    parts.append(f"rewound to step {step:,}" + (", the initialisation" if step == 0 else ""))
    return "; ".join(parts)


def took(run):
    """How long training took, over all networks, and the whole run where it was one process's."""
    trained = sum(facts.get("train_seconds", 0) for facts in run.facts.values())
    evaluated = sum(facts.get("evaluate_seconds", 0) for facts in run.facts.values())
    steps = sum(facts["steps"] - facts.get("start_step", 0) for facts in run.facts.values())
    text = (f"{seconds_in_words(trained)} of training ({steps:,} updates), "
            f"{seconds_in_words(evaluated)} of evaluation")
    if "seconds" in run.header:
        whole = seconds_in_words(run.header["seconds"])
        text += f"; {whole} from the last command's start to its end"
    return text


def folders(run):
    """Names of the run's folders that a reader may want to open.

    The first three are written along with the page, and so there when it is read.
    """
    others = ["exports", "analysis"]
    others += [run.paths.trial(trial).name for trial in range(1, run.header["trials"] + 1)]
    return ["figures", "tensorboard", "tensorboard_trials",
            *(name for name in others if (run.paths.root / name).is_dir())]
