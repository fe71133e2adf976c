"""Exporting a stored network: written beside its place, reloaded and checked, then renamed."""

import dataclasses
import os
import pathlib
import platform
import shutil
import tempfile

import numpy as np

import lth_keras
from lth_keras import files, masks
from lth_keras.data import Dataset
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.export import card as cards
from lth_keras.export import costs, processes, stored
from lth_keras.export.compaction import compact
from lth_keras.export.formats import EXPORT_FORMATS, TICKET
from lth_keras.export.serving import INPUT_FORMS, ServedNetwork, preprocessing
from lth_keras.export.ticket import write_ticket

WEIGHTS = ("trained", "untrained")
_HERE = pathlib.Path(__file__).parent
# Examples that travel with the export, so that it can be checked anywhere.
_CHECKED = 256
_BATCH = 256
# Compaction only reorders sums.
_COMPACT_TOLERANCE = 1e-4


@dataclasses.dataclass(frozen=True)
class ExportOptions:
    """How to export.

    Attributes:
      formats: names of `EXPORT_FORMATS`, and 'ticket'.
      input_form: 'uint8': SavedModel and TFLite take raw images and normalise them; 'float': they
        take normalised floats; None: 'uint8' where the data are.
      weights: 'trained', or 'untrained': the weights that training started from.
      compact: export the smaller dense network of `compact`.
      latency: measure it, against the dense network.

    Raises:
      ConfigurationError: a value is not one of those.
    """

    formats: tuple = ("saved_model", "keras", "tflite", TICKET)
    input_form: str | None = None
    weights: str = "trained"
    compact: bool = False
    latency: bool = True

    def __post_init__(self):
        known = (*EXPORT_FORMATS, TICKET)
        wrong = [name for name in self.formats if name not in known]
        if wrong or not self.formats:
            raise ConfigurationError(
                f"format is {wrong[0] if wrong else 'empty'!r}; expected one or more of "
                f"{', '.join(known)}"
            )
        if self.weights not in WEIGHTS:
            raise ConfigurationError(f"weights is {self.weights!r}; expected one of {WEIGHTS}")
        if self.input_form not in (None, *INPUT_FORMS):
            raise ConfigurationError(f"input is {self.input_form!r}; expected one of {INPUT_FORMS}")
        if self.compact and TICKET in self.formats:
            raise ConfigurationError(
                "compact goes with networks; a bare ticket's masks are those of the full "
                "architecture: leave 'ticket' out of the formats"
            )


def export_unit(run, trial, unit, to, options=ExportOptions(), data_dir=None, data=None,
                machine=None):
    """Exports one network of a run, and checks what was written in a fresh process.

    Args:
      run: the run's folder.
      trial: from 1.
      unit: 'ticket@06', 'full', 'round_03', …
      to: the folder to make; it must not exist.
      options: `ExportOptions`.
      data_dir: where prepared TFDS data are.
      data: `LoadedData`, for a run on arrays of one's own; None: what the run names.
      machine: facts for the card's latencies; None: what Python's platform module knows.

    Returns:
      The card, as written to card.json.

    Raises:
      ConfigurationError: there is no such network, or `to` exists.
      RunError: the written export is not what was promised; nothing is left of it.
    """
    to = pathlib.Path(to)
    refuse_existing(to)
    network = stored.find(run, trial, unit)
    data = data if data is not None else load_data(network.header, data_dir)
    form = _input_form(options.input_form, data)
    dense = stored.find(run, trial, "round_00") if options.latency else None
    to.parent.mkdir(parents=True, exist_ok=True)
    # A hidden sibling: the same disk, so that renaming is one step, and no one's mistake.
    with tempfile.TemporaryDirectory(prefix=f".{to.name}.", suffix=".partial",
                                     dir=to.parent) as partial:
        folder = pathlib.Path(partial) / "export"
        folder.mkdir()
        card = _write(folder, network, data, form, options, machine)
        _verify(folder, card, pathlib.Path(partial) / "test.npz")
        if dense is not None:
            _measure(folder, card, dense, data, form, pathlib.Path(partial) / "dense")
        files.write_json(folder / "card.json", card)
        files.write_text(folder / "README.md", cards.readme(card))
        (folder / "test.npz").unlink(missing_ok=True)
        refuse_existing(to)
        os.rename(folder, to)
    return card


def refuse_existing(to):
    """Raises ConfigurationError where something is at `to` already: nothing is overwritten."""
    if to.exists() or to.is_symlink():
        raise ConfigurationError(
            f"{to} exists already and is not overwritten; name another folder, or remove it first"
        )


def load_data(header, data_dir):
    """The data of a run, checked to be the same ones.

    Raises:
      ConfigurationError: they cannot be had, or have changed since.
    """
    described = dict(header["configuration"]["dataset"])
    if described.pop("class", None) != "Dataset":
        raise ConfigurationError(
            f"the run's data are {header['data']['name']!r}, which no name of a data set stands "
            "for; export from Python and give export_unit(…, data=LoadedData)"
        )
    values = {key: tuple(value) if isinstance(value, list) else value
              for key, value in described.items()}
    data = Dataset(**values).load(data_dir)
    if data.fingerprint != header["data"]["fingerprint"]:
        raise ConfigurationError(
            f"{data.name} is not what the run was trained on (fingerprint "
            f"{data.fingerprint[:12]}, the run's {header['data']['fingerprint'][:12]}); give "
            "--data_dir=DIR of the data it used"
        )
    return data


def _input_form(wanted, data):
    own = "uint8" if data.images.dtype == np.uint8 else "float"
    if wanted == "uint8" and own != "uint8":
        raise ConfigurationError(
            f"input is 'uint8' but {data.name} has {data.images.dtype} examples; expected 'float'"
        )
    return wanted or own


def _write(folder, network, data, form, options, machine):
    weights = network.trained if options.weights == "trained" else network.untrained
    original = stored.build(network.config, weights)
    smaller = compact(original)
    model = smaller.model if options.compact else original
    header, facts = network.header, network.facts
    rows = costs.layers(model)
    title = f"{facts['unit']} of {header['run']}, trial {facts['trial']}, {options.weights}"
    card = {
        "title": title + (", compacted" if options.compact else ""),
        "what": _what(network, options), "lth_keras": lth_keras.__version__,
        "input": {
            "form": form, "shape": list(data.input_shape), "preprocessing": preprocessing(data),
            "labels": list(data.label_names) if data.label_names else None,
        },
        "data": header["data"], "weights": options.weights, "layers": rows,
        "totals": costs.totals(model, rows), "provenance": cards.provenance(network),
        "compaction": {
            "applied": options.compact, "units": smaller.units,
            "parameters_before": original.count_params(),
            "parameters_after": smaller.model.count_params(),
        },
        "machine": machine or {"processor": platform.processor() or platform.machine(),
                               "cores": os.cpu_count()},
        "formats": {},
    }
    served = {
        each: ServedNetwork(model, data, each, {
            key: card[key] for key in ("title", "what", "input", "data", "provenance")
        }) for each in {form, "float"}
    }
    start, stop = data.splits["test"]
    examples = {"images": data.images[start:stop], "labels": data.labels[start:stop]}
    for each, serving in served.items():
        images = examples["images"] if each == "uint8" else data.normalize(examples["images"])
        examples[f"logits_{each}"] = serving.logits(np.asarray(images), _BATCH)
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


def _what(network, options):
    name, facts = network.config.get("name"), network.facts
    kept, size = masks.total_kept(network.masks), masks.size(network.masks)
    text = "Trained" if options.weights == "trained" else "Untrained (at the point training starts from)"
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


def _verify(folder, card, test):
    for result in processes.verify(folder, test):
        if not result["ok"]:
            raise RunError(
                f"the exported {result['format']} is not what was promised: {result['reason']}; "
                "nothing was exported"
            )
        card["formats"][result.pop("format")]["verified"] = result
    missing = [name for name, entry in card["formats"].items() if "verified" not in entry]
    if missing:
        raise RunError(f"the check of the exported {missing[0]} gave no answer; nothing was exported")


def _measure(folder, card, dense, data, form, beside):
    """Adds the dense network's sizes and both latencies to the card's formats."""
    beside.mkdir()
    model = stored.build(dense.config, dense.trained)
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
    seconds = processes.time_networks(plan, data.input_shape)
    for name in names:
        entry = card["formats"][name]
        entry["seconds"] = seconds[f"own {name}"]
        entry["dense"]["seconds"] = seconds[f"dense {name}"]
