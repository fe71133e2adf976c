"""The export of a bare ticket alone: masks and weights as they are stored; no model is built.

A run's configuration may come from somebody else. A user who only wants its masks and weights need
not build a network from it.
"""

import dataclasses
import os
import platform
import shutil

import numpy as np

import lth_keras
from lth_keras import files, masks
from lth_keras.export import model_card as cards
from lth_keras.export.served_network import preprocessing


def describe(network, data, form, machine):
    """The card of a bare ticket, without its formats.

    Args:
      network: `StoredNetwork`.
      data: `LoadedData`.
      form: 'uint8' or 'float', the type of the data.
      machine: facts of the machine, or None.
    """
    header, facts = network.header, network.facts
    rows = [_row(key, mask, network.untrained[key]) for key, mask in network.masks.items()]
    size, nonzero = (sum(row[name] for row in rows) for name in ("size", "nonzero"))
    kept, metric = masks.total_kept(network.masks), data.task.main_metric.name
    return {
        "title": f"{facts['unit']} of {header['run']}, trial {facts['trial']}, ticket",
        "what": (
            f"Masks and untrained weights of variant '{facts['variant']}', {kept:,} of {size:,} "
            f"prunable weights kept after {facts['round']} prunings."),
        "lth_keras": lth_keras.__version__,
        "input": {
            "form": form, "shape": list(data.input_shape), "preprocessing": preprocessing(data),
            "labels": list(data.label_names) if data.label_names else None,
        },
        "data": header["data"], "weights": "untrained", "layers": rows,
        "totals": {
            "parameters": sum(array.size for array in network.untrained.values()),
            "prunable_weights": size, "nonzero": nonzero, "density": nonzero / max(1, size),
            "flops": None, "effective_flops": None,
        },
        "provenance": cards.provenance(network), "compaction": None,
        "machine": machine or {"processor": platform.processor() or platform.machine(),
                               "cores": os.cpu_count()},
        "output": {"name": data.task.output_name, "shape": list(data.output_shape),
                   "metrics": [dataclasses.asdict(each) for each in data.task.metrics],
                   **data.task.served()},
        "formats": {}, metric: cards.recorded(network, metric),
    }


def add_verifier(folder, source):
    """Puts verify.py beside the ticket, and a check.npz without examples, which it opens."""
    shutil.copyfile(source, folder / "verify.py")
    files.write_npz(folder / "check.npz", {})


def _row(key, mask, weights):
    nonzero = int(np.count_nonzero(weights))
    return {"key": key, "shape": list(mask.shape), "size": int(mask.size), "nonzero": nonzero,
            "density": nonzero / mask.size, "flops": None, "effective_flops": None}
