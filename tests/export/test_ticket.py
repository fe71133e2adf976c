"""The bare ticket: read back, refused where it is damaged or does not fit."""

import subprocess
import sys

import numpy as np
import pytest

import lth_keras
from lth_keras import files
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import (
    TicketMask,
    TicketWeights,
)
from lth_keras.export.ticket import write_ticket

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
