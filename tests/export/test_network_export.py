"""Every format of every kind of network: written, reloaded in a fresh process, and compared."""

import dataclasses
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

from lth_keras import masks
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.export import (
    EXPORT_FORMATS,
    ExportOptions,
    export_network,
    load_ticket,
    size_table,
    verify_export,
)
from lth_keras.export.model_card import readme
from lth_keras.export.network_export import load_data

HAS_ONNX = importlib.util.find_spec("tf2onnx") is not None
# Other libraries' files take longest to write and to load again: of three networks only.
OTHERS = ("keras3", "onnx") if HAS_ONNX else ("keras3",)
OF_ALL = tuple(name for name in EXPORT_FORMATS if name not in ("keras3", "onnx"))
IN_OTHERS = (("lenet_300_100", "ticket@06"), ("lenet_5", "ticket@02"), ("resnet", "ticket@01"))
ALL = ExportOptions(formats=(*OF_ALL, "ticket"), latency=False)
NETWORKS = [
    ("lenet_300_100", "full"), ("lenet_300_100", "ticket@06"), ("lenet_300_100", "ticket@10"),
    ("lenet_300_100", "dense_matched@10"), ("lenet_5", "ticket@02"), ("resnet", "ticket@01"),
]


@pytest.fixture(scope="session")
def exported(runs, tmp_path_factory):
    """A function (run, unit) -> the folder of its export in every format, made once."""
    made, folder = {}, tmp_path_factory.mktemp("exports")

    def export(run, unit):
        if (run, unit) not in made:
            made[run, unit] = folder / f"{run}_{unit}"
            export_network(runs[run], 1, unit, made[run, unit],
                           ExportOptions(formats=formats_of(run, unit), latency=False))
        return made[run, unit]

    return export


def formats_of(run, unit):
    return (*OF_ALL, "ticket", *(OTHERS if (run, unit) in IN_OTHERS else ()))


def card_of(folder):
    return json.loads((folder / "card.json").read_text("utf-8"))


def checked(folder, name):
    """The result of verify.py's own function for one format, in this process."""
    with np.load(folder / "check.npz") as archive:
        data = {**archive, "exact": True}
    return verify_export.check_format(folder, card_of(folder), name, data)


@pytest.mark.parametrize("run, unit", NETWORKS)
def test_every_format_keeps_its_promise(exported, runs, run, unit):
    folder = exported(run, unit)
    card = card_of(folder)
    assert set(card["formats"]) == set(formats_of(run, unit))
    with np.load(runs[run] / "trial_01" / unit / "masks.npz") as archive:
        kept = {key: int(archive[key].sum()) for key in archive.files}
    assert {row["key"]: row["nonzero"] for row in card["layers"]} == kept
    for name, entry in card["formats"].items():
        verified = entry["verified"]
        assert verified["ok"]
        if name not in ("tflite_float16", "tflite_int8"):
            assert verified["nonzero"] == sum(kept.values())
        assert verified["nonzero"] <= sum(kept.values())
        assert verified.get("examples", 100) == 100
        assert verified.get("measured_on", "all 100").startswith("all 100")
    for name in ("saved_model", "keras"):
        assert card["formats"][name]["verified"]["bit_for_bit"]
    # No wrapper and no mask of TFMOT's in what was written.
    for path in folder.rglob("*"):
        if path.is_file() and "prune_low_magnitude" in path.name:
            pytest.fail(str(path))
    assert b"prune_low_magnitude" not in (folder / "saved_model/saved_model.pb").read_bytes()


@pytest.mark.parametrize("name", formats_of("lenet_300_100", "ticket@06"))
def test_a_damaged_file_is_found(exported, name):
    folder = exported("lenet_300_100", "ticket@06")
    file = folder / max(card_of(folder)["formats"][name]["files"],
                        key=lambda each: (folder / each).stat().st_size)
    whole = file.read_bytes()
    assert checked(folder, name)["nonzero"]
    try:
        file.write_bytes(whole[:-7] + bytes([whole[-7] ^ 1]) + whole[-6:])
        with pytest.raises(verify_export.Broken, match="SHA-256"):
            checked(folder, name)
    finally:
        file.write_bytes(whole)


def test_the_program_of_the_export_runs_alone(exported, tmp_path):
    folder = exported("lenet_300_100", "ticket@06")
    process = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), "ticket", "tflite"],
        cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    assert [(line["format"], line["ok"]) for line in lines] == [("ticket", True), ("tflite", True)]


def test_values_say_which_examples_they_are_of():
    assert verify_export.measured_on(256, 10_000) == (
        "256 of 10,000 test examples; what card.json says is over all 10,000")
    assert verify_export.measured_on(10_000, 10_000) == "all 10,000 test examples"


def test_untrained_tickets_and_float_inputs(runs, tmp_path):
    options = ExportOptions(formats=("saved_model", "ticket"), input_form="float",
                            weights="untrained", latency=False)
    card = export_network(runs["lenet_300_100"], 1, "ticket@10", tmp_path / "t", options)
    assert card["formats"]["saved_model"]["input"] == "float"
    unit = runs["lenet_300_100"] / "trial_01" / "ticket@10"
    with np.load(unit / "initial.npz") as archive:
        initial = dict(archive)
    ticket = load_ticket(tmp_path / "t")
    for key, array in ticket.weights.items():
        assert array.tobytes() == initial[key].tobytes()
    assert masks.total_kept(ticket.masks) == card["totals"]["nonzero"]


@pytest.mark.ci  # It times networks in processes of their own.
def test_latencies_are_measured_against_the_dense_network(runs, tmp_path):
    options = ExportOptions(formats=("tflite", "tflite_sparse"))
    card = export_network(runs["lenet_300_100"], 1, "ticket@10", tmp_path / "t", options)
    table = size_table([card])
    assert list(table["format"]) == ["tflite", "tflite_sparse"]
    times = ["ms_batch_1", "ms_batch_256", "dense_ms_batch_1", "dense_ms_batch_256"]
    assert (table[times] > 0).all(axis=None)
    assert table["bytes_of_dense"][0] > 0.95 and table["bytes_of_dense"][1] < 0.3
    entry = card["formats"]["tflite_sparse"]
    for each in (entry, entry["dense"]):
        for batch in ("1", "256"):
            low, high = each["quartiles"][batch]
            assert 0 < low <= each["seconds"][batch] <= high
    text = readme(card)
    assert "No speed from zeros: tflite. There a zero is multiplied" in text
    assert f"in each of {card['timing']['processes']} processes" in text


def test_an_export_that_breaks_its_promise_leaves_nothing(runs, tmp_path, monkeypatch):
    def revived(served, model, path):
        kernel = served.parameters["fc1/kernel"]
        values = kernel.numpy()
        values.flat[np.flatnonzero(values == 0)[0]] = 1e-3
        kernel.assign(values)
        served.save(path)

    broken = dataclasses.replace(EXPORT_FORMATS["saved_model"], write=revived)
    monkeypatch.setitem(EXPORT_FORMATS, "saved_model", broken)
    # The counts on the card are made before the file is written.
    monkeypatch.setattr("lth_keras.export.formats.Format.nonzero_range",
                        lambda self, weights: (weights.size // 2, weights.size // 2))
    with pytest.raises(RunError, match="non-zero weights; promised"):
        export_network(runs["lenet_300_100"], 1, "ticket@06", tmp_path / "t",
                    ExportOptions(formats=("saved_model",), latency=False))
    assert list(tmp_path.iterdir()) == []


def test_what_a_converter_refuses_is_one_line(runs, tmp_path, monkeypatch):
    def refused(served, model, path):
        raise ArithmeticError("pages\nx.py:1:1: error: 'tf.TensorListReserve' is illegal\n^")

    broken = dataclasses.replace(EXPORT_FORMATS["tflite"], write=refused)
    monkeypatch.setitem(EXPORT_FORMATS, "tflite", broken)
    with pytest.raises(RunError, match="cannot be written as tflite: ArithmeticError: 'tf.Tensor"
                       "ListReserve' is illegal; nothing was exported: leave tflite out") as error:
        export_network(runs["lenet_300_100"], 1, "ticket@06", tmp_path / "t",
                       ExportOptions(formats=("tflite",), latency=False))
    assert "\n" not in str(error.value) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("trial, unit, said", [
    (7, "ticket@06", "no trial 7; it has trial_01"),
    (1, "ticket@05", "no finished 'ticket@05'.* it has .*full.*ticket@06"),
    (1, "../trial_01/full", "no finished '../trial_01/full'"),
])
def test_what_is_not_there_is_said(runs, tmp_path, trial, unit, said):
    with pytest.raises(ConfigurationError, match=said):
        export_network(runs["lenet_300_100"], trial, unit, tmp_path / "t", ALL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["a_file/t", "x" * 300])
def test_a_place_that_cannot_be_is_said(runs, tmp_path, place):
    (tmp_path / "a_file").write_text("mine")
    with pytest.raises(ConfigurationError, match="cannot be made: .*name another"):
        export_network(runs["lenet_300_100"], 1, "full", tmp_path / place, ALL)
    assert [path.name for path in tmp_path.iterdir()] == ["a_file"]


def test_nothing_is_overwritten(runs, tmp_path):
    (tmp_path / "t").mkdir()
    (tmp_path / "t/mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="exists already"):
        export_network(runs["lenet_300_100"], 1, "full", tmp_path / "t", ALL)
    assert [path.name for path in (tmp_path / "t").iterdir()] == ["mine.txt"]


def test_a_damaged_run_is_refused(runs, tmp_path):
    weights = runs["lenet_300_100"] / "trial_01" / "ticket@06" / "weights.npz"
    whole = weights.read_bytes()
    try:
        weights.write_bytes(whole[:-1] + b"x")
        with pytest.raises(RunError, match="weights.npz is missing or not what done.json says"):
            export_network(runs["lenet_300_100"], 1, "ticket@06", tmp_path / "t", ALL)
    finally:
        weights.write_bytes(whole)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("changes, said", [
    ({"formats": ("torch",)}, "format is 'torch'; expected one or more of saved_model"),
    ({"formats": ()}, "format is 'empty'"),
    ({"weights": "best"}, "weights is 'best'"),
    ({"input_form": "int8"}, "input is 'int8'"),
    ({"formats": ("ticket",), "compact": True}, "leave 'ticket' out"),
])
def test_options_are_checked(changes, said):
    with pytest.raises(ConfigurationError, match=said):
        ExportOptions(**changes)


def test_a_missing_package_is_said_before_anything_is_read(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec",
                        lambda name: None if name == "onnxruntime" else find_spec(name))
    with pytest.raises(ConfigurationError, match="onnx.* is not installed; pip install -r "
                                                 "requirements-export.txt"):
        ExportOptions(formats=("onnx",))


def test_the_printed_serving_program_runs(exported, tmp_path):
    root = pathlib.Path(__file__).resolve().parents[2]
    pages = [root / "README.md", root / "docs/export.md"]
    programs = [match for page in pages if page.exists() for match in re.findall(
        r"```python\n(# serve\.py.*?)```", page.read_text("utf-8"), re.DOTALL)]
    assert programs, "neither README.md nor docs/export.md has the program serve.py"
    os.symlink(exported("lenet_300_100", "ticket@06"), tmp_path / "exported")
    for program in programs:
        (tmp_path / "serve.py").write_text(program, "utf-8")
        process = subprocess.run([sys.executable, "-I", "serve.py"], cwd=tmp_path,
                                 capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stderr[-500:]
        assert re.search(r"^\d \d\.\d\d$", process.stdout, re.MULTILINE), process.stdout


@pytest.mark.parametrize("described", [
    {"name": "npz"}, {"name": "csv", "label": "species"}, {"name": "made_by_a_function"}])
def test_data_of_ones_own_are_exported_from_python(described):
    header = {"configuration": {"dataset": {"class": "Dataset", **described}},
              "data": {"name": "npz:mine.npz", "fingerprint": "0" * 64}}
    with pytest.raises(ConfigurationError, match="cannot be loaded again.*give export_network"):
        load_data(header, None)
