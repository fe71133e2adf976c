"""`run.py export` of runs on data of one's own: found again, checked, described."""

import json
import subprocess
import sys

import gin
import numpy as np
import pytest

from lth_keras.commands import export_command
from lth_keras.commands.main import main
from lth_keras.store.export_cards import size_table
from tests.commands.test_stored_config import KINDS, MODULE
from tests.data import own_data
from tests.data.tfds_sets import prepared_reviews
from tests.export.test_latency_lines import card as timed_card

EXPERIMENT = """
include 'gin/pieces/variants.gin'
Experiment.dataset = @Dataset()
Experiment.model = @lenet_300_100
lenet_300_100.width = 0.02
Experiment.imp = @IMP()
IMP.schedule = @RewindingSchedule()
RewindingSchedule.rounds = 1
IMP.duration = '2it'
ROUNDS = (1,)
Experiment.variants = [@ticket/Variant()]
Experiment.duration = '2it'
Experiment.evaluate_every = '1it'
Experiment.batch_size = 8
Experiment.jit = False
"""
NAMES = {"npz": "npz:mine.npz", "images": "images:pets", "csv": "csv:pets.csv",
         "parquet": "parquet:pets.parquet", "text": "reviews", "function": "mine"}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The working directory, with data of every kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("LTH_KERAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    (tmp_path / "tfds").mkdir()
    own_data.write_npz(tmp_path / "mine.npz", w_test=np.arange(9) % 3)
    own_data.write_images(tmp_path / "pets")
    own_data.table().to_csv(tmp_path / "pets.csv", index=False)
    own_data.table().to_parquet(tmp_path / "pets.parquet")
    (tmp_path / "made_by_me.py").write_text(MODULE)
    yield tmp_path
    sys.modules.pop("made_by_me", None)


def trained(place, kind):
    """The folder of a run of two updates."""
    if kind == "text":
        prepared_reviews(place / "tfds")
    (place / "mine.gin").write_text(f"{KINDS[kind]}\n{EXPERIMENT}")
    assert main(["--gin_file=mine.gin"]) == 0
    gin.clear_config()
    root, = (place / "runs").iterdir()
    return root


def export(root, *flags):
    """The exit status of the command, without the comparison of speed."""
    try:
        return main(["export", str(root), "--variant=ticket@01", "--to=exported", "--nolatency",
                     "--format=saved_model,ticket", *flags])
    finally:
        gin.clear_config()


@pytest.mark.ci
@pytest.mark.parametrize("kind", NAMES)
def test_a_run_on_data_of_ones_own_is_exported(place, kind, capsys, undrawn):
    root = trained(place, kind)
    # In this process the function's module is imported already, as `--gin_file` would do.
    assert export(root) == 0, capsys.readouterr().err
    card = json.loads((place / "exported" / "card.json").read_text())
    header = json.loads((root / "run.json").read_text())
    assert card["data"] == header["data"] and card["data"]["name"] == NAMES[kind]
    assert card["accuracy"]["test"] == pytest.approx(
        card["accuracy"]["test_accuracy_at_last_step"], abs=1e-6)
    checked = card["formats"]["saved_model"]["verified"]
    assert checked["ok"] and checked["bit_for_bit"]
    names = {"text": ["bad", "good"], "npz": None, "function": None}
    assert card["input"]["labels"] == names.get(kind, list(own_data.CLASSES))
    readme = (place / "exported" / "README.md").read_text()
    assert f"- data: {NAMES[kind]}, " in readme and root.name in readme
    if kind == "npz":
        what_changed_is_refused(place, root, capsys)


def test_the_table_has_a_ratio_only_where_the_format_is_called_faster():
    card = timed_card((1, 2, 3), (3.2, 3.46, 3.7)) | {"title": "masked"}
    card["totals"] |= {"flops": None, "effective_flops": None}
    for entry in card["formats"].values():
        entry["verified"] = {"bit_for_bit": True}
    table = export_command._table(card, size_table([card]))
    cells = {column.header: list(column.cells) for column in table.columns}
    assert cells["format"] == ["saved_model", "tflite_sparse", "ticket"]
    assert cells["speed, 1"] == cells["256"] == ["–", "1.73×", ""]
    assert cells["of dense"] == ["100.0 %", "100.0 %", ""]


def what_changed_is_refused(place, root, capsys):
    done = subprocess.run([sys.executable, "exported/verify.py", "ticket"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0 and json.loads(done.stdout)["ok"]
    own_data.write_npz(place / "mine.npz", x_test=np.zeros((9, 4, 4, 3), np.uint8))
    capsys.readouterr()
    assert export(root, "--to=again") == 2
    error = capsys.readouterr().err
    assert "the data are not those of" in error and error.count("\n") == 1
    (place / "mine.npz").unlink()
    assert export(root, "--to=again") == 2
    assert "Dataset.name = 'npz:PATH'" in capsys.readouterr().err
    assert not (place / "again").exists()
