"""What the name of a data set opens, and what of it names a run."""

from lth_keras.data import Dataset
from lth_keras.experiment.identity import describe
from tests.data import own_data


def test_the_embedded_sets_can_be_on_disk_too():
    own_data.from_both_storages("mnist1d", test_examples=50)


def test_a_run_is_named_for_what_decides_its_numbers(tmp_path):
    assert "storage" not in describe(Dataset("mnist"))
    assert set(describe(Dataset("mnist"))) == {
        "class", "name", "validation", "validation_seed", "mean", "std", "fallback",
        "train_examples", "test_examples", "device_limit_mb"}
    plain = describe(Dataset("npz:a.npz"))
    assert plain == describe(Dataset("npz:/elsewhere/b.npz", storage="disk", cache_dir="c"))
    assert plain != describe(Dataset("npz:a.npz", test=0.2))
    assert plain != describe(Dataset("npz:a.npz", validation=0.2))
    assert describe(Dataset("csv:a.csv", label="a", weight="b"))["weight"] == "b"
