"""The README's first example and those of docs/keras3.md, taken from the pages and run."""

import pathlib
import re

import keras
import numpy as np

from lth_keras.data.embedded import mnist_5k

ROOT = pathlib.Path(__file__).resolve().parent.parent
README, KERAS_3 = ROOT / "README.md", ROOT / "docs" / "keras3.md"


def test_the_first_python_is_the_readers_own_model_and_runs(tmp_path, monkeypatch):
    text = re.search(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.M | re.S)[1]
    assert re.match("import lth_keras .*\nimport keras\n", text) and "find_ticket" in text
    # Real images that need no download, few of them, and no compiling, which takes longer.
    few = mnist_5k()
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: (
        (few.x_train[::10, ..., 0], few.y_train[::10]), (few.x_test[::10, ..., 0],
                                                       few.y_test[::10])))
    monkeypatch.chdir(tmp_path)
    text = text.replace("rate=0.5)", 'rate=0.5, duration="1ep", progress=False, jit=False)')
    names = {}
    exec(compile(text, "README.md", "exec"), names)
    tickets, sparse = names["tickets"], names["sparse"]
    assert len(tickets) == 4 and tickets[3].density < 0.126
    assert isinstance(sparse, keras.Sequential)
    kernels = [layer.kernel.numpy() for layer in sparse.layers if hasattr(layer, "kernel")]
    assert sum(np.count_nonzero(kernel) for kernel in kernels) <= sum(
        tickets[3].kept_weights.values())
    predicted = np.argmax(sparse(tickets.normalize(few.x_test[::10, ..., 0])).numpy(), -1)
    assert abs(np.mean(predicted == few.y_test[::10]) - tickets[3].test_accuracy) < 0.011


def test_the_page_on_keras_3_runs(tmp_path, monkeypatch):
    text, = re.findall(r"^```python\n(.*?)^```$", KERAS_3.read_text("utf-8"), re.M | re.S)
    monkeypatch.chdir(tmp_path)
    text = text.replace('duration="1ep",', 'duration="1ep", progress=False, jit=False,')
    names = {}
    exec(compile(text, "keras3.md", "exec"), names)
    result, sparse, mine = names["result"], names["sparse"], names["mine"]
    again = keras.saving.load_model(tmp_path / "sparse.keras")
    for layer in ("fc1", "fc2", "output"):
        expected = result[2].trained_weights[f"{layer}/kernel"]
        assert np.count_nonzero(expected) <= result[2].kept_weights[f"{layer}/kernel"]
        for model in (sparse, mine, again):
            assert model.get_layer(layer).kernel.numpy().tobytes() == expected.tobytes()
