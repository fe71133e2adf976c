"""Writes an export into a folder, checks it, and measures its speed."""

import dataclasses
import os
import pathlib
import platform
import shutil

import numpy as np

import lth_keras
from lth_keras import files, masks
from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.export import bare_ticket, costs, fresh_processes, stored_network
from lth_keras.export import model_card as cards
from lth_keras.export.choices import TICKET
from lth_keras.export.formats import EXPORT_FORMATS
from lth_keras.export.served_network import ServedNetwork, preprocessing
from lth_keras.export.smaller_network import check_same, network_to_write
from lth_keras.export.ticket import write_ticket
from lth_keras.program import program
from lth_keras.variables import parts, walk

_HERE = pathlib.Path(__file__).parent
# Examples that travel with the export, so that it can be checked anywhere.
_CHECKED = 256
_BATCH = 256


def write(folder, network, data, form, options, machine):
    """Writes the files of an export: each format, the examples to check it with, and the card.

    Args:
      folder: an empty folder; test.npz goes beside it.
      network: `StoredNetwork`.
      data: `LoadedData` that it was trained on.
      form: 'uint8' or 'float', the inputs of SavedModel and TFLite.
      options: `ExportOptions`.
      machine: facts for the card, or None.

    Returns:
      The card, as written to card.json.

    Raises:
      RunError: the stored weights do not give the recorded accuracy, or compaction is asked for
        and fails, or changed the function.
    """
    weights = network.trained if options.weights == "trained" else network.untrained
    original = stored_network.build(network.config, weights, _input_shape(data))
    model, compaction = network_to_write(original, options.compact)
    card = _new_card(network, data, form, options, machine, model)
    card["compaction"] = compaction
    served = {
        each: ServedNetwork(model, data, each, {
            key: card[key] for key in ("title", "what", "input", "data", "provenance")
        }) for each in {form, "float"}
    }
    examples = _examples_with_outputs(data, served)
    if options.compact:
        before = ServedNetwork(original, data, "float", {}).outputs(
            data.normalize(examples["images"]), _BATCH)
        check_same(before, examples["outputs_float"])
    metric = data.task.main_metric
    card[metric.name] = {
        "test": float(_measured(data.task, examples)), **cards.recorded(network, metric.name)}
    if options.weights == "trained":
        _check_recorded(card[metric.name], metric, examples["labels"].size)
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
    """The card's entries before any format is written."""
    header, facts, rows = network.header, network.facts, costs.layers(model, tuple(network.masks))
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
        "output": {"name": data.task.output_name, "shape": list(data.output_shape),
                   "metrics": [dataclasses.asdict(metric) for metric in data.task.metrics],
                   **data.task.served()},
        "formats": {},
    }


def _examples_with_outputs(data, served):
    """The test split, and the outputs that each served network gives for it."""
    start, stop = data.splits["test"]
    examples = {"images": data.images[start:stop], "labels": data.labels[start:stop]}
    if data.weights is not None:
        examples["weights"] = data.weights[start:stop]
    for form, network in served.items():
        images = examples["images"] if form == "uint8" else data.normalize(examples["images"])
        examples[f"outputs_{form}"] = network.outputs(np.asarray(images), _BATCH)
    return examples


def _measured(task, examples):
    """The task's first metric on the test split, from the outputs of the exported network."""
    total = np.zeros(2)
    for first in range(0, len(examples["labels"]), _BATCH):
        labels, outputs, weights = (
            None if key not in examples else tf.constant(examples[key][first : first + _BATCH])
            for key in ("labels", "outputs_float", "weights"))
        total += np.array([float(each) for each in task.metric(labels, outputs, weights)[0]])
    return task.finish([total[0] / total[1] if total[1] else 0.0])[0]


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
    input_form = known.input_form or form
    _convert(known, served[input_form], model, path)
    kernels = {key: variable.numpy() for key, variable in served["float"].parameters.items()}
    nonzero = []
    for row in card["layers"]:
        least, most = known.nonzero_range(kernels[row["key"]])
        nonzero.append({"key": row["key"], "size": row["size"], "least": least, "most": most})
    card["formats"][known.name] = {
        "path": known.path, "input": input_form, "needs": list(known.needs),
        "tolerance": known.tolerance, "metric_tolerance": known.metric_tolerance,
        "nonzero": nonzero, **_sizes(path, folder),
    }


def _convert(known, served, model, path):
    try:
        known.write(served, model, path)
    except (ConfigurationError, RunError, OSError):
        raise
    # The converters raise classes of their own, with pages of text.
    except Exception as error:
        unroll = known.name.startswith("tflite") and any(
            isinstance(part, keras.layers.RNN) and not part.unroll
            for _, layer in walk(model) for _, part in parts(layer))
        hint = "build the recurrent layers with unroll=True, or " if unroll else ""
        raise RunError(
            f"the network cannot be written as {known.name}: {_reason(error)}; nothing was "
            f"exported: {hint}leave {known.name} out of the formats") from error


def _reason(error):
    """What a converter says is wrong, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = [line.split("error: ", 1)[1] for line in lines if "error: " in line] or lines
    return f"{type(error).__name__}: {said[0][:300]}" if said else type(error).__name__


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


def _check_recorded(measured, metric, answers):
    # XLA adds in another order than the exported graph, so that a close decision may change.
    recorded = measured[f"test_{metric.name}_at_last_step"]
    allowed = max(1, answers // 2000) / answers if metric.is_share else 1e-3 * abs(recorded)
    if not abs(measured["test"] - recorded) <= allowed + 1e-9:
        raise RunError(
            f"the stored weights have a test {metric.words} of {measured['test']:.4f}, training "
            f"recorded {recorded:.4f}; nothing was exported: check the run with {program()} verify"
        )


def verify(folder, card, test):
    """Checks every format in a fresh process, and adds the results to the card.

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


def _input_shape(data):
    """The shape of one example, where it is one array."""
    return None if data.inputs else tuple(data.input_shape)


def measure(folder, card, beside, data, form, written):
    """Adds sizes and latencies of other networks, and the export's own latencies, to the card.

    Args:
      folder: the export.
      card: its card.
      beside: {'dense': `StoredNetwork` of round 0, 'matched': of the dense network of the
        ticket's size, where the run has one}.
      data: `LoadedData`.
      form: 'uint8' or 'float'.
      written: a folder to make for the others' files.
    """
    names = [name for name in card["formats"] if name != TICKET]
    if not names:
        return
    plan = [_timed("own", name, folder, card) for name in names]
    for which, network in beside.items():
        model = stored_network.build(network.config, network.trained, _input_shape(data))
        served = {each: ServedNetwork(model, data, each, {"title": card["title"]})
                  for each in {form, "float"}}
        (written / which).mkdir(parents=True)
        for name in names:
            known, entry = EXPORT_FORMATS[name], card["formats"][name]
            path = written / which / known.path
            _convert(known, served[entry["input"]], model, path)
            entry[which] = {"bytes": costs.bytes_on_disk(path),
                            "bytes_gzipped": costs.bytes_gzipped(path),
                            "parameters": model.count_params()}
            plan.append(_timed(which, name, written / which, card))
    timing = fresh_processes.time_networks(plan, data.input_shape)
    for name in names:
        for which in ("own", *beside):
            entry = card["formats"][name] if which == "own" else card["formats"][name][which]
            entry["seconds"] = timing.seconds(f"{which} {name}")
            entry["quartiles"] = timing.quartiles(f"{which} {name}")
    card["timing"] = {
        "processes": timing.processes, "others": timing.others,
        "matched": beside["matched"].facts["unit"] if "matched" in beside else None}


def _timed(which, name, folder, card):
    entry = card["formats"][name]
    return {"name": f"{which} {name}", "format": name, "input": entry["input"],
            "output": card["output"]["name"],
            "path": str((folder / EXPORT_FORMATS[name].path).resolve())}
