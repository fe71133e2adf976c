"""Exports networks of finished runs and checks each in environments with what it needs alone.

For each format a virtual environment with only the packages that the card names, made once under
--environments; then the export's own verify.py in it, on the whole test set. Prints Markdown.

    python -m bench.export_matrix --to=DIR --environments=DIR [--data_dir=DIR] RUN:UNIT …
"""

import argparse
import functools
import json
import pathlib
import subprocess
import sys
from importlib import metadata

import numpy as np

from lth_keras import files
from lth_keras.experiment import provenance
from lth_keras.export import (
    EXPORT_FORMATS,
    ExportOptions,
    export_network,
    network_export,
    stored_network,
)
from lth_keras.export.model_card import readme
from lth_keras.export.served_network import ServedNetwork

ENVIRONMENTS = {
    ("tensorflow",): "tensorflow", ("tensorflow", "tf_keras"): "tf_keras",
    ("ai-edge-litert",): "litert", ("numpy",): "numpy", ("keras", "tensorflow"): "keras3",
    ("onnxruntime", "onnx"): "onnx",
}


def environment(root, needs):
    """Python of the clean environment with `needs`, at the versions that are installed here."""
    folder = root / ENVIRONMENTS[tuple(needs)]
    python = folder / "bin/python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        packages = [
            each if each == "ai-edge-litert" else f"{each}=={metadata.version(each)}"
            for each in needs
        ]
        subprocess.run([str(python), "-m", "pip", "install", "-q", *packages], check=True)
        (folder / "complete").touch()
    return python


@functools.cache
def data_of(run, data_dir):
    """The data of a run."""
    return network_export.load_data(files.read_json(run / "run.json"), data_dir)


def full_test_set(card, run, data, path):
    """Writes the examples, labels and the outputs that the export was checked with."""
    start, stop = data.splits["test"]
    arrays = {"images": data.images[start:stop], "labels": data.labels[start:stop]}
    where = card["provenance"]
    network = stored_network.find(run, where["trial"], where["unit"])
    model = stored_network.build(network.config, network.trained)
    for form in {card["input"]["form"], "float"}:
        images = arrays["images"] if form == "uint8" else data.normalize(arrays["images"])
        served = ServedNetwork(model, data, form, {})
        arrays[f"outputs_{form}"] = served.outputs(np.asarray(images), 256)
    files.write_npz(path, arrays)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="+", help="RUN:UNIT")
    parser.add_argument("--to", type=pathlib.Path, required=True)
    parser.add_argument("--environments", type=pathlib.Path, required=True)
    parser.add_argument("--data_dir")
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    formats = (*EXPORT_FORMATS, "ticket")
    print("| network | format | environment | non-zero | test accuracy | largest difference "
          "| result |")
    print("|" + " --- |" * 7)
    cards, status = [], 0
    for network in arguments.networks:
        run, unit = network.rsplit(":", 1)
        run = pathlib.Path(run)
        folder, data = arguments.to / f"{run.name}_{unit}", data_of(run, arguments.data_dir)
        if folder.exists():  # of an earlier call: checked again, not made again
            card = json.loads((folder / "card.json").read_text("utf-8"))
        else:
            card = export_network(run, 1, unit, folder, ExportOptions(formats=formats), data=data,
                               machine=provenance.machine())
        cards.append(card)
        test = arguments.to / f"{run.name}_{unit}.npz"
        full_test_set(card, run, data, test)
        for name in formats:
            entry = card["formats"][name]
            python = environment(arguments.environments, entry["needs"])
            process = subprocess.run(
                [str(python), "-I", str(folder / "verify.py"), name, "--exact", f"--data={test}"],
                capture_output=True, text=True, check=False)
            lines = [line for line in process.stdout.splitlines() if line.startswith("{")]
            said = json.loads(lines[0]) if lines else {
                "ok": False, "reason": (process.stderr.strip().splitlines() or ["no answer"])[-1]}
            status |= not said["ok"]
            difference = said.get("largest_difference")
            print("| " + " | ".join([
                f"{card['data']['name']} {unit}", name, ", ".join(entry["needs"]),
                f"{said['nonzero']:,}" if "nonzero" in said else "-",
                f"{100 * said['accuracy']:.2f} %" if "accuracy" in said else "-",
                "-" if difference is None else "0, bit for bit" if said["bit_for_bit"]
                else f"{difference:.1e}",
                "as promised" if said["ok"] else said["reason"],
            ]) + " |", flush=True)
    for card in cards:
        text = readme(card)
        print("\n" + card["title"] + "\n\n" + text[text.index("## Sizes and speed"):])
    return status


if __name__ == "__main__":
    sys.exit(main())
