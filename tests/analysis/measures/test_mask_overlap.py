"""What masks share and leave, of a run without training."""

import numpy as np
import pandas as pd
import pytest

from lth_keras.analysis import MaskOverlap, run_measure
from lth_keras.analysis.measures.mask_overlap import _levels
from lth_keras.analysis.stored_pieces import piece_rows
from lth_keras.compat import keras
from lth_keras.pruning import prunable_weights
from tests.analysis.small_runs import model, stored

NETWORK = model(
    (4,), (keras.layers.Dense, {"units": 5, "activation": "relu", "name": "a"}),
    (keras.layers.Dense, {"units": 3, "name": "b"}))


def test_rows_of_one_trial_by_hand(tmp_path):
    mask = np.zeros((4, 5), bool)
    mask[1:, :3] = True  # One input of four and two units of five are dead.
    run = stored(tmp_path, NETWORK, (4,), {"a/kernel": mask})
    rows = piece_rows(run_measure(MaskOverlap(), run, lambda line: None) / "trial_01")
    overlap = rows[rows.kind == "overlap"].set_index("layer")
    assert overlap.shared["a/kernel"] == 9 and overlap.jaccard["all"] == 1
    assert overlap.nested.astype(bool).all()
    units = rows[(rows.kind == "units") & (rows.ours == "round_00")].set_index("layer")
    assert (units.dead_inputs["a/kernel"], units.dead_outputs["a/kernel"]) == (1, 2)
    start, end = (run.network(1, each).weights["a/kernel"][mask]
                  for each in ("round_00:start", "round_00"))
    assert units.sign_agreement["a/kernel"] == pytest.approx(
        np.mean(np.sign(start) == np.sign(end)))


def test_each_channel_of_a_depthwise_kernel_has_units_of_its_own(tmp_path):
    build = model(
        (4, 4, 3),
        (keras.layers.DepthwiseConv2D, {"kernel_size": 2, "depth_multiplier": 2, "name": "a"}),
        (keras.layers.Flatten, {}), (keras.layers.Dense, {"units": 3, "name": "b"}))
    key = "a/depthwise_kernel"
    mask = np.ones((2, 2, 3, 2), bool)
    mask[:, :, 1] = False  # A channel, with its two units.
    mask[:, :, 0, 1] = False
    run = stored(tmp_path, build, (4, 4, 3), {key: mask})
    run.context.prunable = prunable_weights(build(), also=("a",))
    rows = piece_rows(run_measure(MaskOverlap(), run, lambda line: None) / "trial_01")
    row = rows[(rows.kind == "units") & (rows.ours == "round_00")].set_index("layer").loc[key]
    assert (row.inputs, row.dead_inputs) == (3, 1)
    assert (row.outputs, row.dead_outputs) == (6, 3)
    assert (row.output_degree_min, row.output_degree_max) == (0, 4)


def test_a_level_may_have_three_digits():
    rows = pd.DataFrame({"unit": ["round_07", "round_99", "round_100"]})
    assert _levels(rows, "unit").level.tolist() == [7, 99, 100]
