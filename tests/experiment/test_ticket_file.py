"""Tickets from a file as a mask rule and a weight rule: transfer to other data."""

import numpy as np
import pytest

import lth_keras
from lth_keras.compat import keras
from lth_keras.data import Dataset
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import (
    IMP,
    Experiment,
    FreshDraw,
    TicketMask,
    TicketWeights,
    Variant,
    execute,
    prepare,
)
from lth_keras.export.ticket import write_ticket
from lth_keras.pruning import RewindingSchedule
from tests.reporters import SilentReporter

MASKS = {"a/kernel": np.array([[1, 0], [0, 1], [1, 1]], bool)}


WEIGHTS = {
    "a/kernel": np.arange(1, 7, dtype=np.float32).reshape(3, 2), "a/bias": np.float32([7, 8]),
}


@pytest.fixture
def folder(tmp_path):
    write_ticket(tmp_path / "t/ticket", MASKS, WEIGHTS, 12, {"title": "a ticket"})
    return tmp_path / "t"


def network(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten()(inputs)
    x = keras.layers.Dense(6, "relu", name="hidden")(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(x))


def experiment(path, **changes):
    return Experiment(**{
        "dataset": Dataset("mnist_5k", train_examples=200, test_examples=50),
        "model": network, "imp": IMP(RewindingSchedule(0), duration="2it"),
        "variants": (
            Variant("transferred", TicketMask(path), TicketWeights(path)),
            Variant("transferred_mask", TicketMask(path), FreshDraw()),
        ),
        "duration": "4it", "batch_size": 50, "evaluate_every": "2it", "jit": False, **changes,
    })


def a_ticket(folder, seed=0):
    generator = np.random.default_rng(seed)
    kernels = {"hidden/kernel": (784, 6), "output/kernel": (6, 10)}
    weights = {key: generator.normal(size=shape).astype(np.float32)
               for key, shape in kernels.items()}
    weights |= {"hidden/bias": np.zeros(6, np.float32), "output/bias": np.zeros(10, np.float32)}
    masks = {key: generator.random(shape) < 0.3 for key, shape in kernels.items()}
    write_ticket(folder, masks, weights, 0, {})
    return str(folder)


def test_a_ticket_is_transferred(tmp_path):
    path = a_ticket(tmp_path / "ticket")
    prepared = prepare(experiment(path), tmp_path / "runs")
    execute(prepared, SilentReporter())
    ticket = lth_keras.load_ticket(path)
    for name in ("transferred", "transferred_mask"):
        unit = prepared.context.paths.root / "trial_01" / name
        stored = {part: dict(np.load(unit / f"{part}.npz")) for part in
                  ("masks", "initial", "weights")}
        for key, mask in ticket.masks.items():
            np.testing.assert_array_equal(stored["masks"][key], mask)
            assert not stored["weights"][key][~mask].any()
            same = stored["initial"][key].tobytes() == ticket.weights[key].tobytes()
            assert same == (name == "transferred")


def test_the_identity_is_the_tickets_content(tmp_path):
    runs = {
        prepare(experiment(a_ticket(tmp_path / name, seed)), tmp_path / "runs").run
        for name, seed in (("one", 0), ("same", 0), ("other", 1))
    }
    assert len(runs) == 2


def test_a_ticket_of_another_network_is_refused_before_anything_runs(folder, tmp_path):
    with pytest.raises(ConfigurationError, match="the ticket does not fit the model"):
        prepare(experiment(str(folder)), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
