"""run.json: what does not fit together is refused."""

import pytest

from lth_keras.errors import RunError
from lth_keras.store.schemas import RunHeader, checked


@pytest.mark.parametrize("change, said", [
    ({"tables": {"../outside": "0" * 64}}, "tables"), ({"units": [[1, "a"], [1, "a"]]}, "twice"),
    ({"trial_seeds": []}, "trial_seeds"), ({"state": "over"}, "state"),
    ({"margin": True}, "margin"), ({"more": 1}, "more"), ({"seed": 10**400}, "larger"),
    ({"units": [[1, "../x"]]}, "units"),
])
def test_what_does_not_fit_together(change, said, stored):
    with pytest.raises(RunError, match=said):
        checked(RunHeader, stored[RunHeader] | change, "run.json")
