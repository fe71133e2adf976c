"""Stored arrays against the variables of the model."""

import numpy as np
import pytest

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.store.model_arrays import check_masks, check_variables, variables_of
from tests.finished_networks import finish

VARIABLES = {"fc/kernel": ["float32", 2, 3], "fc/bias": ["float32", 3]}
KERNEL, BIAS = np.zeros((2, 3), np.float32), np.zeros(3, np.float32)


def test_arrays_of_every_variable_are_taken():
    check_variables({"fc/kernel": KERNEL, "fc/bias": BIAS}, VARIABLES, "weights.npz")
    check_variables({"anything": BIAS}, None, "weights.npz")  # Of a run without run.json.


@pytest.mark.parametrize("arrays, said", [
    ({"fc/kernel": KERNEL}, "weights.npz: fc/bias is missing"),
    ({"fc/kernel": KERNEL, "fc/bias": BIAS, "b": BIAS}, "b belongs to no variable of the model"),
    ({"fc/kernel": KERNEL.T, "fc/bias": BIAS},
     r"fc/kernel is float32 \(3, 2\); the model's is float32 \(2, 3\)"),
    ({"fc/kernel": KERNEL, "fc/bias": BIAS.astype(np.float64)}, r"fc/bias is float64 \(3,\)"),
])
def test_others_are_refused(arrays, said):
    with pytest.raises(RunError, match=said):
        check_variables(arrays, VARIABLES, "weights.npz")


def test_masks_are_those_that_are_counted(tmp_path):
    folder = tmp_path / "trial_01" / "full"
    files.write_npz(folder / "masks.npz", {"fc/kernel": np.ones((2, 3), bool)})
    finish(folder, architecture={"width": 0.5}, variables=VARIABLES)
    assert variables_of(folder) == VARIABLES  # A network with an architecture of its own.
    check_masks({"fc/kernel": KERNEL}, folder, "masks.npz")
    with pytest.raises(RunError, match=r"masks of \['fc/bias'\]; done.json counts \['fc/kernel'"):
        check_masks({"fc/bias": BIAS}, folder, "masks.npz")
    with pytest.raises(RunError, match=r"fc/kernel has the shape \(3, 2\)"):
        check_masks({"fc/kernel": KERNEL.T}, folder, "masks.npz")
