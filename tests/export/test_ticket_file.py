"""The bare ticket: written, read back with NumPy alone, fitted to a model, used in a variant."""

import subprocess
import sys

import numpy as np
import pytest

import lth_keras
from lth_keras import files
from lth_keras.compat import keras
from lth_keras.data import Dataset
from lth_keras.errors import ConfigurationError, RunError
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


def model(units=2, name="a"):
    return keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(units, name=name)])


@pytest.fixture
def folder(tmp_path):
    write_ticket(tmp_path / "t/ticket", MASKS, WEIGHTS, 12, {"title": "a ticket"})
    return tmp_path / "t"


def test_it_comes_back_with_pruned_weights_zero(folder):
    for path in (folder, folder / "ticket"):
        ticket = lth_keras.load_ticket(path)
        assert (ticket.step, ticket.card["title"], ticket.density) == (12, "a ticket", 4 / 6)
        np.testing.assert_array_equal(ticket.masks["a/kernel"], MASKS["a/kernel"])
        np.testing.assert_array_equal(ticket.weights["a/kernel"], [[1, 0], [0, 4], [5, 6]])
        np.testing.assert_array_equal(ticket.weights["a/bias"], [7, 8])


def test_reading_it_brings_no_tensorflow_along(folder):
    program = ("import sys, lth_keras; lth_keras.load_ticket(sys.argv[1]); "
               "sys.exit('tensorflow' in sys.modules)")
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True)


def test_it_goes_into_a_model_that_fits(folder):
    own = model(name="mine")
    ticket = lth_keras.load_ticket(folder, own, names={"a": "mine"})
    ticket.assign_to(own)
    np.testing.assert_array_equal(own.layers[-1].kernel.numpy(), [[1, 0], [0, 4], [5, 6]])


@pytest.mark.parametrize("units, name, names, said", [
    (3, "a", None, r"a/kernel has shape \(3, 2\), the model's \(3, 3\)"),
    (2, "b", None, r"a/kernel \(3, 2\) is not in the model; .*the model's b/kernel"),
    (2, "b", {"c": "b"}, "the ticket has no layer 'c'; it has a"),
])
def test_a_model_that_does_not_fit_is_refused(folder, units, name, names, said):
    with pytest.raises(ConfigurationError, match=said):
        lth_keras.load_ticket(folder, model(units, name), names)


def test_a_damaged_ticket_is_refused(folder):
    (folder / "ticket/weights.npz").write_bytes(b"no archive")
    with pytest.raises(RunError, match="weights.npz is missing or not what ticket.json says"):
        lth_keras.load_ticket(folder)


@pytest.mark.parametrize("change", [{"step": 99}, {"title": "another"}])
def test_an_altered_card_is_refused(folder, change):
    card = folder / "ticket" / "ticket.json"
    files.write_json(card, files.read_json(card) | change)
    with pytest.raises(RunError, match="ticket.json was altered or damaged"):
        lth_keras.load_ticket(folder)


@pytest.mark.parametrize("content", ["[]", "{}", '{"format": 1}', "nothing"])
def test_a_card_that_is_none_is_refused(folder, content):
    (folder / "ticket" / "ticket.json").write_text(content)
    with pytest.raises(RunError, match="ticket.json"):
        lth_keras.load_ticket(folder)


def test_no_ticket(tmp_path):
    for make in (lth_keras.load_ticket, TicketMask, TicketWeights):
        with pytest.raises(ConfigurationError, match="holds no ticket"):
            make(str(tmp_path))


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
    found = {key: generator.random(shape) < 0.3 for key, shape in kernels.items()}
    write_ticket(folder, found, weights, 0, {})
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
