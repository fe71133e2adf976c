"""A ticket of `find_ticket` leaves the run that it was found in."""

import numpy as np
import pytest

import lth_keras
from lth_keras.commands.main import main
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.training import SGD


def network(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    hidden = keras.layers.Dense(6, "relu", name="fc1")(inputs)
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(hidden))


def test_a_ticket_on_arrays_is_exported_from_where_it_was_found(tmp_path, capfd):
    labels = np.arange(60) % 3
    data = np.eye(5, dtype=np.float32)[labels], labels
    tickets = lth_keras.find_ticket(
        network, data, data, rounds=1, rate=0.5, duration="1ep", batch_size=6, jit=False,
        progress=False, output_dir=tmp_path / "runs")
    place = tmp_path / "exported"
    card = tickets[1].export(place, formats=("keras",), latency=False)
    assert card["title"].startswith("round_01 of network-")
    assert (place / "model.keras").is_file() and not (place / "saved_model").exists()
    with pytest.raises(ConfigurationError, match="the option 'format'; expected one of formats, "):
        tickets[1].export(tmp_path / "other", format="keras")
    assert not (tmp_path / "other").exists()
    # The command cannot load arrays again; it says what can be done.
    assert main(["export", str(tickets.path), "--variant=round_01", f"--to={tmp_path / 'o'}"]) != 0
    assert "tickets[ROUND].export(TO)" in " ".join(capfd.readouterr().err.split())


def test_one_logit_answers_for_two_classes(tmp_path):
    def yes_or_no(input_shape, _):
        inputs = keras.Input(input_shape)
        hidden = keras.layers.Dense(6, "relu", name="fc1")(inputs)
        return keras.Model(inputs, keras.layers.Dense(1, name="output")(hidden))

    labels = np.arange(40) % 2
    data = np.eye(2, dtype=np.float32)[labels], labels
    tickets = lth_keras.find_ticket(
        yes_or_no, data, data, rounds=1, rate=0.2, duration="30ep", batch_size=8, jit=False,
        optimizer=SGD(1.0), progress=False, output_dir=tmp_path)
    outputs = tickets.model(1)(tickets.normalize(data[0])).numpy()
    answers = tickets.answers(outputs)
    assert np.array_equal(answers["label"], (outputs[:, 0] > 0).astype(np.int32))
    assert set(answers["label"]) == {0, 1}
    assert np.allclose(answers["probabilities"][:, 1], 1 / (1 + np.exp(-outputs[:, 0])), atol=1e-6)
