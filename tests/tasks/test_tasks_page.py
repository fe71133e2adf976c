"""docs/tasks.md: the page's own task is trained, and its table names all tasks."""

import pathlib
import re
import sys

import numpy as np
import pytest

import lth_keras
from lth_keras import tasks
from lth_keras.compat import keras
from lth_keras.training import Adam
from tests.tasks.batch_values import values

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "tasks.md").read_text("utf-8")


def network(input_shape, num_outputs):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(6, "relu", name="fc1")(inputs)
    return keras.Model(inputs, keras.layers.Dense(num_outputs, name="output")(x))


def test_the_task_of_ones_own_runs(tmp_path, monkeypatch):
    (source,) = re.findall(r"```python quantile.py\n(.*?)```", PAGE, flags=re.S)
    (tmp_path / "quantile.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    from quantile import Quantile

    random = np.random.default_rng(0)
    inputs = random.normal(size=(90, 4)).astype(np.float32)
    labels = inputs.sum(1) + random.normal(size=90)
    tickets = lth_keras.find_ticket(
        network, (inputs[:60], labels[:60], np.arange(60) % 3), (inputs[60:], labels[60:]),
        rounds=1, duration="40ep", batch_size=20, jit=False, task=Quantile(level=0.8),
        optimizer=Adam(3e-2),
        output_dir=tmp_path / "runs", progress=False)
    del sys.modules["quantile"]
    assert list(tickets.table.columns) == ["round", "density", "val_pinball", "test_pinball"]
    start, end = tickets[0].metrics["train_pinball"].iloc[[0, -1]]
    assert end < 0.7 * start
    assert not hasattr(tickets[0], "test_accuracy") and tickets.answers(np.ones((1, 1))) == {}
    header = (tickets.path / "metrics.csv").read_text().splitlines()[0]
    assert header.endswith("test_loss,test_pinball")


def test_the_loss_of_ones_own_is_kerass(tmp_path, monkeypatch):
    (source,) = re.findall(r"```python huber.py\n(.*?)```", PAGE, flags=re.S)
    (tmp_path / "huber.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    from huber import Huber

    del sys.modules["huber"]
    random = np.random.default_rng(0)
    labels = random.normal(50, 9, (30, 1)).astype(np.float32)
    outputs = random.normal(size=(30, 1)).astype(np.float32)
    task = Huber(delta=0.5).standardised(labels, "made")
    loss, _ = values(task, labels, outputs, None)
    standardised = (labels - labels.mean()) / labels.std()
    assert loss == pytest.approx(
        float(keras.losses.Huber(0.5)(standardised, outputs)), rel=1e-4)


def test_the_table_names_every_task():
    named = set(re.findall(r"^\| `(\w+)\(\)`", PAGE, flags=re.M))
    there = {name for name in tasks.__all__
             if isinstance(getattr(tasks, name), type) and name not in ("Task", "Metric")}
    assert named == there
