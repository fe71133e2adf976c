"""Training from the cache on disk: the same order, numbers and resumption as from memory."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.data import Dataset
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.pruning import RewindingSchedule
from lth_keras.training import Adam, CropAndFlip, DataOrder, Trainer, TrainState
from lth_keras.training.feed import NormalizedFeed, ResidentFeed, StreamedFeed, feed_for
from lth_keras.variables import named_variables, snapshot
from tests.data import own_data


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """{storage: LoadedData} of the same 90 images, 60 of them to train on."""
    folder = tmp_path_factory.mktemp("cache")

    def source():
        return own_data.arrays(train=70, test=20, shape=(8, 8, 3))

    return {storage: Dataset(
        "mine", source=source, validation=10, mean=0.5, std=0.25, storage=storage,
        cache_dir=str(folder)).load() for storage in ("memory", "disk")}


def trainer_of(data, model_fn, jit):
    model = models.build_seeded(model_fn, data.input_shape, data.num_outputs, 0)
    augmentation = CropAndFlip(pad=1) if not jit else None
    trainer = Trainer(model, RewindingSchedule(1), Adam(1e-2), data, 16, 32, augmentation, jit)
    masks = {weight.key: np.ones(weight.shape, bool) for weight in trainer.prunable}
    trainer.load(TrainState(snapshot(named_variables(model)), masks))
    return trainer


@pytest.mark.parametrize("model_fn, jit", [(models.lenet_300_100, False),
                                           (models.lenet_300_100, True)],
                         ids=["operation by operation", "XLA"])
def test_the_numbers_are_those_of_memory_wherever_training_was_cut(stored, model_fn, jit):
    order = DataOrder(3, 60, 16)  # 3 steps an epoch.
    ends = {}
    for storage, data in stored.items():
        trainer = trainer_of(data, model_fn, jit)
        totals = trainer.train(order, 7, 5)
        ends[storage] = trainer.state(), totals, trainer.evaluate("test")
        assert trainer.evaluate("validation")[0] > 0
    again = trainer_of(stored["disk"], model_fn, jit)
    totals = again.train(order, 4, 5)  # Stopped within the second epoch.
    state = again.state()
    resumed = trainer_of(stored["disk"], model_fn, jit)
    resumed.load(state)
    totals = resumed.train(order, 3, 5, totals)
    ends["resumed"] = resumed.state(), totals, resumed.evaluate("test")
    assert resumed.trace_counts() == {"train": 1, "evaluate": 1}
    expected, expected_totals, evaluated = ends["memory"]
    for state, totals, evaluations in (ends["disk"], ends["resumed"]):
        assert totals.tobytes() == expected_totals.tobytes() and evaluations == evaluated
        for key, array in expected.weights.items():
            assert state.weights[key].tobytes() == array.tobytes(), key


def test_rows_on_disk_are_streamed_whatever_their_size(stored):
    assert isinstance(stored["disk"].images, RowsOnDisk)
    assert type(feed_for(stored["disk"], True)) is StreamedFeed
    assert type(feed_for(stored["disk"], False)) is StreamedFeed
    assert type(feed_for(stored["memory"], False)) is NormalizedFeed


def test_a_large_set_is_not_kept_as_floats(stored, monkeypatch):
    monkeypatch.setattr("lth_keras.training.feed._NORMALIZED_BYTES", 4 * 90 * 192 - 1)
    monkeypatch.setattr("lth_keras.training.feed._FEEDS", {})
    assert type(feed_for(stored["memory"], False)) is ResidentFeed
