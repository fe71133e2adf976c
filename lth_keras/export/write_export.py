"""Writing an export into a folder, checking what was written, and timing it."""

import os
import pathlib
import platform
import shutil

import numpy as np

import lth_keras
from lth_keras import files, masks
from lth_keras.errors import RunError
from lth_keras.export import bare_ticket, costs, fresh_processes, stored_network
from lth_keras.export import model_card as cards
from lth_keras.export.compaction import compact
from lth_keras.export.formats import EXPORT_FORMATS, TICKET
from lth_keras.export.served_network import ServedNetwork, preprocessing
from lth_keras.export.ticket import write_ticket

_HERE = pathlib.Path(__file__).parent
# Examples that travel with the export, so that it can be checked anywhere.
_CHECKED = 256
_BATCH = 256
# Compaction only reorders sums.
_COMPACT_TOLERANCE = 1e-4


def write(folder, network, data, form, options, machine):
    """Writes the files of an export: each format, the examples to check it with, and the card.

    Args:
      folder: an empty folder; test.npz goes beside it.
      network: `StoredNetwork`.
      data: `LoadedData` that it was trained on.
      form: 'uint8' or 'float', what SavedModel and TFLite take.
      options: `ExportOptions`.
      machine: facts for the card, or None.

    Returns:
      The card, as written to card.json.

    Raises:
      RunError: the stored weights do not give the recorded accuracy, or compaction changed the
        function.
    """
    weights = network.trained if options.weights == "trained" else network.untrained
    original = stored_network.build(network.config, weights)
    smaller = compact(original)
    model = smaller.model if options.compact else original
    card = _new_card(network, data, form, options, machine, model)
    card["compaction"] = _compaction(options, original, smaller)
    served = {
        each: ServedNetwork(model, data, each, {
            key: card[key] for key in ("title", "what", "input", "data", "provenance")
        }) for each in {form, "float"}
    }
    examples = _examples_with_logits(data, served)
    if options.compact:
        _check_compacted(original, data, examples)
    hits = examples["logits_float"].argmax(-1) == examples["labels"]
    card["accuracy"] = {"test": float(np.mean(hits)), **cards.accuracies(network)}
    if options.weights == "trained":
        _check_recorded(card["accuracy"], len(hits))
    for name in options.formats:
        if name == TICKET:
            _write_ticket(folder, network, card)
        else:
            _write_format(folder, EXPORT_FORMATS[name], served, model, form, card)
        card["formats"][name]["load"] = cards.loading(name, card)
    files.write_npz(folder / "check.npz", {k: v[:_CHECKED] for k, v in examples.items()},
                    compress=True)
    files.write_npz(folder.parent / "test.npz", examples)
    shutil.copyfile(_HERE / "verify_export.py", folder / "verify.py")
    files.write_json(folder / "card.json", card)
    return card


def write_bare_ticket(folder, network, data, form, machine):
    """Writes masks and weights as they are stored, and builds no model; returns the card."""
    card = bare_ticket.describe(network, data, form, machine)
    _write_ticket(folder, network, card)
    card["formats"][TICKET]["load"] = cards.loading(TICKET, card)
    bare_ticket.add_verifier(folder, _HERE / "verify_export.py")
    shutil.copyfile(folder / "check.npz", folder.parent / "test.npz")
    files.write_json(folder / "card.json", card)
    return card


def _new_card(network, data, form, options, machine, model):
    """What is known of an export before any format is written."""
    header, facts, rows = network.header, network.facts, costs.layers(model)
    title = f"{facts['unit']} of {header['run']}, trial {facts['trial']}, {options.weights}"
    return {
        "title": title + (", compacted" if options.compact else ""),
        "what": _what(network, options), "lth_keras": lth_keras.__version__,
        "input": {
            "form": form, "shape": list(data.input_shape), "preprocessing": preprocessing(data),
            "labels": list(data.label_names) if data.label_names else None,
        },
        "data": header["data"], "weights": options.weights, "layers": rows,
        "totals": costs.totals(model, rows), "provenance": cards.provenance(network),
        "machine": machine or {"processor": platform.processor() or platform.machine(),
                               "cores": os.cpu_count()},
        "formats": {},
    }


def _compaction(options, original, smaller):
    """What compaction does to the network, whether it is applied or not."""
    return {
        "applied": options.compact, "units": smaller.units,
        "parameters_before": original.count_params(),
        "parameters_after": smaller.model.count_params(),
    }


def _examples_with_logits(data, served):
    """The test split, and the logits that each served network gives for it."""
    start, stop = data.splits["test"]
    examples = {"images": data.images[start:stop], "labels": data.labels[start:stop]}
    for form, network in served.items():
        images = examples["images"] if form == "uint8" else data.normalize(examples["images"])
        examples[f"logits_{form}"] = network.logits(np.asarray(images), _BATCH)
    return examples


def _what(network, options):
    name, facts = network.config.get("name"), network.facts
    kept, size = masks.total_kept(network.masks), masks.size(network.masks)
    text = "Trained" if options.weights == "trained" else "Untrained (where training starts from)"
    text += f" {name} of variant '{facts['variant']}'"
    if kept < size:
        text += f", {kept:,} of {size:,} prunable weights kept after {facts['round']} prunings"
    return text + (", dead units removed." if options.compact else ".")


def _write_format(folder, known, served, model, form, card):
    path = folder / known.path
    input_form = "float" if known.name == "keras" else form
    known.write(served[input_form], model, path)
    kernels = {key: variable.numpy() for key, variable in served["float"].parameters.items()}
    nonzero = []
    for row in card["layers"]:
        least, most = known.nonzero_range(kernels[row["key"]])
        nonzero.append({"key": row["key"], "size": row["size"], "least": least, "most": most})
    card["formats"][known.name] = {
        "path": known.path, "input": input_form, "needs": list(known.needs),
        "tolerance": known.tolerance, "accuracy_tolerance": known.accuracy_tolerance,
        "nonzero": nonzero, **_sizes(path, folder),
    }


def _write_ticket(folder, network, card):
    described = {key: card[key] for key in ("title", "what", "input", "data", "provenance")}
    described["configuration"] = network.config
    write_ticket(folder / TICKET, network.masks, network.untrained,
                 network.facts["start_step"], described)
    kept = masks.kept(network.masks)
    card["formats"][TICKET] = {
        "path": TICKET, "needs": ["numpy"],
        "nonzero": [{"key": key, "size": mask.size, "least": kept[key], "most": kept[key]}
                    for key, mask in network.masks.items()],
        **_sizes(folder / TICKET, folder),
    }


def _sizes(path, folder):
    inside = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {
        "bytes": costs.bytes_on_disk(path), "bytes_gzipped": costs.bytes_gzipped(path),
        "files": {str(each.relative_to(folder)): files.sha256(each) for each in inside},
    }


def _check_recorded(accuracy, examples):
    # XLA adds in another order than the exported graph: an example on the edge may tip over.
    allowed = max(1, examples // 2000) / examples
    recorded = accuracy["test_accuracy_at_last_step"]
    if abs(accuracy["test"] - recorded) > allowed + 1e-9:
        raise RunError(
            f"the stored weights have a test accuracy of {accuracy['test']:.4f}, training recorded "
            f"{recorded:.4f}; nothing was exported: check the run with run.py verify"
        )


def _check_compacted(original, data, examples):
    before = ServedNetwork(original, data, "float", {}).logits(
        data.normalize(examples["images"]), _BATCH)
    difference = np.max(np.abs(before - examples["logits_float"]))
    if not difference <= _COMPACT_TOLERANCE * max(1.0, np.max(np.abs(before))):
        raise RunError(
            f"the compacted network differs from the original by {difference:.3g} in a logit; "
            "nothing was exported: export it without compaction, and report this"
        )


def verify(folder, card, test):
    """Checks every format in a fresh process, and adds what was found to the card.

    Raises:
      RunError: a format is not what the card says, or was not checked.
    """
    for result in fresh_processes.verify(folder, test):
        if not result["ok"]:
            raise RunError(
                f"the exported {result['format']} is not what was promised: {result['reason']}; "
                "nothing was exported"
            )
        card["formats"][result.pop("format")]["verified"] = result
    missing = [name for name, entry in card["formats"].items() if "verified" not in entry]
    if missing:
        raise RunError(
            f"the check of the exported {missing[0]} gave no answer; nothing was exported")


def measure(folder, card, dense, data, form, beside):
    """Adds the dense network's sizes and both latencies to the card's formats."""
    beside.mkdir()
    model = stored_network.build(dense.config, dense.trained)
    served = {each: ServedNetwork(model, data, each, {"title": card["title"]})
              for each in {form, "float"}}
    plan, names = [], [name for name in card["formats"] if name != TICKET]
    for name in names:
        known, entry = EXPORT_FORMATS[name], card["formats"][name]
        path = beside / known.path
        known.write(served[entry["input"]], model, path)
        entry["dense"] = {"bytes": costs.bytes_on_disk(path),
                          "bytes_gzipped": costs.bytes_gzipped(path)}
        for which, where in (("own", folder), ("dense", beside)):
            plan.append({"name": f"{which} {name}", "format": name, "input": entry["input"],
                         "path": str((where / known.path).resolve())})
    if not plan:
        return
    seconds = fresh_processes.time_networks(plan, data.input_shape)
    for name in names:
        entry = card["formats"][name]
        entry["seconds"] = seconds[f"own {name}"]
        entry["dense"]["seconds"] = seconds[f"dense {name}"]
