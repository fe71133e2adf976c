"""What an export writes: compaction that fails is a note or one line, and equal means relative."""

import numpy as np
import pytest

from lth_keras.errors import RunError
from lth_keras.export import smaller_network
from lth_keras.export.model_card import compaction_lines
from lth_keras.export.smaller_network import check_same, network_to_write
from lth_keras.store.schemas import checked
from lth_keras.store.schemas.export_card import Compaction
from tests.export.dead_units import dense_network, kill


@pytest.fixture
def model():
    made = dense_network()
    kill(made, "b", outgoing=[2])
    return made


@pytest.mark.parametrize("wanted", [False, True])
def test_the_card_says_what_compaction_removes_done_or_not(model, wanted):
    written, facts = network_to_write(model, wanted)
    assert (written is model) is not wanted
    assert facts["applied"] is wanted and facts["units"][0] == {
        "layer": "a", "before": 8, "after": 7}
    assert facts["parameters_after"] < facts["parameters_before"] == model.count_params()
    assert "failed" not in facts
    assert "Units: a 8 → 7" in compaction_lines(facts)[0]


@pytest.mark.parametrize("error, why", [
    (ValueError("a scalar\nhas no axes"), "ValueError: a scalar"), (KeyError(), "KeyError")])
def test_compaction_that_fails_is_a_note_unless_it_is_asked_for(model, monkeypatch, error, why):
    def fails(model):
        raise error

    monkeypatch.setattr(smaller_network, "compact", fails)
    written, facts = network_to_write(model, False)
    assert written is model
    size = model.count_params()
    assert facts == {"applied": False, "units": [], "parameters_before": size,
                     "parameters_after": size, "failed": why}
    assert checked(Compaction, facts, "card.json") is facts
    assert f"cannot be compacted: {why}." in compaction_lines(facts)[0]
    with pytest.raises(RunError) as raised:
        network_to_write(model, True)
    assert f"({why}); nothing was exported: export it without" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_outputs_are_compared_with_the_largest_of_them(size):
    before = size * np.array([[0.25, -1.0], [0.5, 0.125]], np.float32)
    check_same(before, before + np.float32(5e-6 * size))
    with pytest.raises(RunError, match="differs from the original by .* the largest is"):
        check_same(before, before + np.float32(5e-5 * size))


def test_outputs_that_are_all_zero_stay_so():
    zeros = np.zeros((2, 3), np.float32)
    check_same(zeros, zeros)
    for changed in (1e-20, np.nan):
        with pytest.raises(RunError):
            check_same(zeros, zeros + np.float32(changed))
