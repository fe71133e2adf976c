"""done.json: what does not fit together, and files outside the run, are refused."""

import copy

import pytest

from lth_keras.errors import RunError
from lth_keras.store.schemas import NetworkFacts, checked


@pytest.mark.parametrize("name", ["../../outside", "/etc/passwd", "a/../b", "..", ".", "a/b/c", ""])
def test_no_file_outside_the_trial_is_vouched_for(name, stored):
    facts = copy.deepcopy(stored[NetworkFacts])
    facts["files"][name] = "0" * 64
    with pytest.raises(RunError, match="outside the run|at least"):
        checked(NetworkFacts, facts, "done.json")


@pytest.mark.parametrize("change, said", [
    ({"files": {"masks.npz": "0" * 64, "weights.npz": "0" * 64}}, "files has no metrics.csv"),
    ({"prunable_weights": 1}, "kept_weights are more than prunable_weights"),
    ({"final_test_loss": "low"}, "final_test_loss is 'low'; expected a number, or null"),
    ({"final_test_f1": 0.5}, "it has 2 final values; expected one"),
    ({"final": 0.5}, "a key 'final'"), ({"density": 1.5}, "density"),
])
def test_what_does_not_fit_together(change, said, stored):
    with pytest.raises(RunError, match=said):
        checked(NetworkFacts, stored[NetworkFacts] | change, "done.json")
