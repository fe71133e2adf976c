"""Checkpoints come back as they were; one that is another training's or damaged is none."""

import numpy as np
import pytest

from lth_keras import files
from lth_keras.training import Checkpoint, TrainState
from lth_keras.training.loop import Evaluation, TrainingProgress


def progress():
    state = TrainState(
        {"fc/kernel": np.arange(6, dtype=np.float32).reshape(2, 3)},
        {"fc/kernel": np.arange(6).reshape(2, 3) % 2 == 0}, 7, {"m": np.ones(3, np.float32)})
    captured = TrainState({"fc/kernel": np.zeros((2, 3), np.float32)}, {}, 3, {})
    return TrainingProgress(
        state, [Evaluation(5, {"train_loss": 0.5, "test_loss": None})],
        kept=[{"from_step": 0, "weights": {"fc/kernel": 3}}], updates=2,
        drawn={4: np.array([255], np.uint8)}, totals=np.array([1.5, 2.5], np.float32),
        captured=captured, train_seconds=1.25)


def test_there_and_back(tmp_path):
    Checkpoint(tmp_path, 0, ("round_00", 1)).save(progress())
    loaded, expected = Checkpoint(tmp_path, 0, ["round_00", 1]).load(), progress()
    for name in ("evaluations", "kept", "updates", "diverged", "train_seconds"):
        assert getattr(loaded, name) == getattr(expected, name)
    assert loaded.state.step == 7 and loaded.captured.step == 3 and list(loaded.drawn) == [4]
    for mine, theirs in (
            (loaded.state.weights, expected.state.weights),
            (loaded.state.masks, expected.state.masks),
            (loaded.state.optimizer, expected.state.optimizer),
            (loaded.captured.weights, expected.captured.weights), (loaded.drawn, expected.drawn)):
        assert {key: array.tobytes() for key, array in mine.items()} == {
            key: array.tobytes() for key, array in theirs.items()}
    assert loaded.totals.tobytes() == expected.totals.tobytes() and loaded.state.learned is None


def test_drawn_masks_come_back_in_the_order_of_their_steps(tmp_path):
    kept = progress()
    kept.drawn = {step: np.array([step], np.uint8) for step in (5, 10, 100, 200)}
    Checkpoint(tmp_path, 0).save(kept)
    # Whether the last masks are alike decides where training ends.
    assert list(Checkpoint(tmp_path, 0).load().drawn) == [5, 10, 100, 200]


def test_another_start_is_another_training(tmp_path):
    Checkpoint(tmp_path, 0, ["a"]).save(progress())
    assert Checkpoint(tmp_path, 0, ["b"]).load() is None


@pytest.mark.parametrize("change", [
    lambda arrays: arrays.update({"state/weights/fc/kernel": np.zeros((2, 3), np.float32)}),
    lambda arrays: arrays.pop("facts"), lambda arrays: arrays.pop("totals"),
    lambda arrays: arrays.update(facts=np.array("[")),
])
def test_a_changed_one_is_none(tmp_path, change):
    checkpoint = Checkpoint(tmp_path, 0)
    checkpoint.save(progress())
    arrays = files.read_npz(checkpoint.path)
    change(arrays)
    files.write_npz(checkpoint.path, arrays)
    assert checkpoint.load() is None


def test_there_is_none_before_and_after(tmp_path):
    checkpoint = Checkpoint(tmp_path, 0)
    assert checkpoint.load() is None
    checkpoint.save(progress())
    checkpoint.remove()
    assert not checkpoint.path.exists() and checkpoint.load() is None
