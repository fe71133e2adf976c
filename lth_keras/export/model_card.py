"""The card beside an export, for programs (card.json) and for people (README.md)."""

from lth_keras.export.choices import TICKET
from lth_keras.export.formats import EXPORT_FORMATS, TICKET_LOAD
from lth_keras.export.latency_lines import size_lines
from lth_keras.metric import Metric
from lth_keras.store.export_cards import count


def provenance(stored):
    """Where a network comes from: run, trial, its folder, round, versions, checksums."""
    header, facts = stored.header, stored.facts
    return {
        "run": header["run"], "experiment": header["experiment"], "trial": facts["trial"],
        "unit": facts["unit"], "variant": facts["variant"], "round": facts["round"],
        "steps": facts["steps"], "start_step": facts["start_step"],
        "trial_seed": header["trial_seeds"][facts["trial"] - 1], "versions": header["versions"],
        "stored_files": facts["files"],
    }


def recorded(stored, metric):
    """The recorded values of a metric, at the last step and at the early stop."""
    rows = stored.metrics
    last = rows.iloc[-1]
    recorded = {
        "last_step": int(last["step"]),
        f"test_{metric}_at_last_step": float(last[f"test_{metric}"]),
    }
    if rows["val_loss"].notna().any():
        best = rows.loc[rows["val_loss"].idxmin()]
        recorded |= {
            "early_stop_step": int(best["step"]),
            f"validation_{metric}_at_early_stop": float(best[f"val_{metric}"]),
            f"test_{metric}_at_early_stop": float(best[f"test_{metric}"]),
        }
    return recorded


def loading(name, card):
    """Three lines of Python that read a format, run from inside the export's folder."""
    if name == TICKET:
        lines, path, kind = TICKET_LOAD, TICKET, ""
    else:
        known, kind = EXPORT_FORMATS[name], card["formats"][name]["input"]
        lines, path = known.load, known.path
    shape = (1, *card["input"]["shape"])
    dtype = "uint8" if kind == "uint8" else "float32"
    return [line.format(path=path, shape=shape, dtype=dtype) for line in lines]


def readme(card):
    """The card as Markdown."""
    where, data, total = card["provenance"], card["data"], card["totals"]
    form = card["input"]
    outputs = "classes" if card["output"]["kind"] == "classes" else "outputs"
    lines = [
        f"# {card['title']}", "",
        f"{card['what']}", "",
        f"- run `{where['run']}`, trial {where['trial']}, `{where['unit']}`, round "
        f"{where['round']}; commit {where['versions'].get('commit')}",
        f"- data: {data['name']}, {data['classes']} {outputs}, {data['examples']['test']:,} test "
        f"examples, fingerprint `{data['fingerprint'][:16]}`",
        *([f"- **asked for was {data['requested']}; this is {data['name']}**"]
          if data["fallback_reason"] else []),
        f"- {total['parameters']:,} parameters; {total['nonzero']:,} of "
        f"{total['prunable_weights']:,} prunable weights are not zero: density "
        f"{100 * total['density']:.2f} %",
    ]
    if total["flops"] is not None:
        lines.append(
            f"- {total['flops']:,} FLOPs an example as a dense network, "
            f"{total['effective_flops']:,} if every zero is skipped")
    lines += _metric_lines(card)
    lines += ["", "## Input", "", _input_text(form), "", "## Output", "",
              _output_text(card["output"]), "", "## Loading", "",
              "Each from inside this folder, in an environment with the packages named.", ""]
    for name, entry in card["formats"].items():
        lines += [f"{name}, needs {' and '.join(entry['needs'])}:", "", "```python",
                  *entry["load"], "```", ""]
    lines += ["`python verify.py [FORMAT]` checks this folder against card.json; it needs the same "
              "packages and NumPy.", "", "## Sizes and speed", "", *size_lines(card), "",
              "## Density by layer", "", *_layer_lines(card)]
    done = card["compaction"]
    if done and (done["units"] or done.get("failed")):
        lines += ["", "## Compaction", "", *compaction_lines(done)]
    return "\n".join(lines) + "\n"


def card_metric(card):
    """The `Metric` that a card's network is judged by."""
    return Metric(**card["output"]["metrics"][0])


def _metric_lines(card):
    metric = card_metric(card)
    values = card[metric.name]

    def value(key):
        return f"{metric.text(values[key])}{metric.shown_unit}"

    lines = []
    if "test" in values:  # A bare ticket has none, because it is not a network.
        lines.append(f"- test {metric.words} of these weights {value('test')}, over all "
                     f"{card['data']['examples']['test']:,} test examples")
    if "early_stop_step" in values:
        lines.append(
            f"- in training: {value(f'test_{metric.name}_at_last_step')} at step "
            f"{values['last_step']} (these weights, where they are the trained ones), "
            f"{value(f'test_{metric.name}_at_early_stop')} at step "
            f"{values['early_stop_step']}, which validation loss would choose"
        )
    return lines


def _output_text(output):
    """One or two sentences on how to read the outputs."""
    shape = f"[batch, {', '.join(map(str, output['shape']))}]"
    if output["kind"] == "numbers":
        mean, std = output["mean"], output["std"]
        return (
            f"Outputs {shape} are standardised: the prediction in the labels' unit is outputs · "
            f"std + mean, with mean {mean} and std {std}. SavedModel and TFLite give it as "
            "`prediction`; `model.keras` gives the outputs.")
    kind = {
        "classes": "logits of the classes, the last axis", "yes_no":
        "logits of independent answers: yes where one is above 0",
        "tokens": "logits of the next token at each place",
    }.get(output["kind"], "what the task of the run takes")
    return f"Outputs `{output['name']}` {shape} are {kind}."


def _input_text(form):
    how = form["preprocessing"]
    shape = f"[batch, {', '.join(map(str, form['shape']))}]"
    text = (
        f"Raw images become the network's input by {how['formula']}, with scale "
        f"{how['scale']:.9g}, mean {how['mean']}, std {how['std']}."
    )
    if form["form"] == "uint8":
        text += (f" SavedModel, ONNX and TFLite do that themselves: they take raw uint8 images "
                 f"{shape}; `.keras` files take normalised floats.")
    else:
        text += f" Every format takes normalised floats {shape}."
    labels = form["labels"]
    return text + (f" Labels: {', '.join(labels)}." if labels else " Labels are class indices.")


def _layer_lines(card):
    lines = ["| layer | shape | non-zero | of | density | FLOPs | effective |", "|" + " --- |" * 7]
    lines += [
        f"| {row['key']} | {'×'.join(map(str, row['shape']))} | {row['nonzero']:,} "
        f"| {row['size']:,} | {100 * row['density']:.2f} % | {count(row['flops'])} "
        f"| {count(row['effective_flops'])} |"
        for row in card["layers"]
    ]
    return lines


def compaction_lines(done):
    """The card's 'compaction' in words: what was removed, what could be, or why nothing can."""
    if done.get("failed"):
        return [f"This network cannot be compacted: {done['failed']}. It is exported as it is."]
    what = ("This export is the compacted network: units whose weights are all gone were removed; "
            "the function is the same but for rounding." if done["applied"] else
            "What `--compact` would remove: units whose weights are all gone.")
    shapes = ", ".join(
        f"{unit['layer']} {unit['before']} → {unit['after']}" for unit in done["units"])
    return [f"{what} Units: {shapes}. Parameters: {done['parameters_before']:,} → "
            f"{done['parameters_after']:,}."]
