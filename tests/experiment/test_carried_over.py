"""IMP with one optimizer through all rounds and biases never set back: states checked by hand."""

import shutil
import types

import numpy as np
import pytest

from lth_keras import files, masks
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import (
    FoundMask,
    InitialWeights,
    RewoundWeights,
    Variant,
    carried_over,
    identity,
)
from lth_keras.experiment.settings import IMP
from lth_keras.pruning import RewindingSchedule
from lth_keras.store import masks_and_weights, network_folder
from lth_keras.store.network_checks import check_network
from lth_keras.store.verification import verify
from tests.experiment.test_execute import SMALL, run

RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
PARAMS = (
    *SMALL, "Experiment.trials = 1", "ROUNDS = (2,)", "RewindingSchedule.rewind_to = '3it'",
    "Experiment.jit = False", "IMP.keep_optimizer = True",
    "RewindingSchedule.rewind_biases = False",
    "Experiment.duration = '1ep'",
    "Experiment.variants = [@ticket/Variant(), @reinit/Variant(), @lr_rewind/Variant()]",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return run(tmp_path_factory.mktemp("runs"), PARAMS)[0]


@pytest.fixture
def trial(prepared):
    return prepared.context.paths.trial(1)


def moments(folder, name):
    """{key of the weight: its moment}, name 'm' or 'v'."""
    stored = files.read_npz(folder / "optimizer.npz")
    found = {key: array for key, array in stored.items() if f"/{name}/" in key}
    return {weight: next(array for key, array in found.items()
                         if weight.replace("/", ".") in key.replace("/", "."))
            for weight in files.read_npz(folder / "weights.npz")}


def test_steps_and_the_optimizer_go_on_from_round_to_round(prepared, trial):
    facts = [network_folder.facts(trial / f"round_{index:02d}") for index in range(3)]
    # Round 0 makes the 4 updates of an epoch; a round that is rewound to step 3 makes 1.
    assert [(each["start_step"], each["steps"]) for each in facts] == [(0, 4), (4, 5), (5, 6)]
    assert "optimizer.npz" in facts[1]["files"] and "optimizer.npz" not in facts[2]["files"]
    ticket = network_folder.facts(trial / "ticket@02")
    assert (ticket["start_step"], ticket["steps"], ticket.get("equal_to")) == (3, 4, None)


def test_a_rounds_update_is_adams_from_the_moments_of_the_round_before(trial):
    before, after = trial / "round_00", trial / "round_01"
    kept = masks_and_weights.read_masks(after)
    start, end = (files.read_npz(after / name) for name in ("initial.npz", "weights.npz"))
    for key, m_0 in moments(before, "m").items():
        mask = kept.get(key, True)
        m_1, v_1 = moments(after, "m")[key], moments(after, "v")[key]
        gradient = (m_1 - BETA_1 * m_0 * mask) / (1 - BETA_1)
        second = BETA_2 * moments(before, "v")[key] * mask + (1 - BETA_2) * gradient ** 2
        np.testing.assert_allclose(v_1, second, rtol=2e-3, atol=1e-9, err_msg=key)
        correction = np.sqrt(1 - BETA_2 ** 5) / (1 - BETA_1 ** 5)  # It is the fifth update.
        step = RATE * correction * m_1 / (np.sqrt(v_1) + EPSILON)
        np.testing.assert_allclose(end[key], (start[key] - step) * mask, rtol=1e-3, atol=4e-5)


@pytest.mark.parametrize("name, kernels_of, before", [
    ("round_01", "rewind", "round_00"), ("round_02", "rewind", "round_01"),
    ("ticket@02", "rewind", "round_01"), ("reinit@02", None, "round_01")])
def test_kernels_are_rewound_and_biases_stay_as_they_were(trial, name, kernels_of, before):
    start, kept = files.read_npz(trial / name / "initial.npz"), files.read_npz(
        trial / name / "masks.npz")
    trained, rewind = files.read_npz(trial / before / "weights.npz"), files.read_npz(
        trial / "rewind.npz")
    biases = start.keys() - kept.keys()
    assert len(biases) == 3 and all(key.endswith("bias") for key in biases)
    for key in biases:
        np.testing.assert_array_equal(start[key], trained[key])
        assert (start[key] != rewind[key]).any()
    if kernels_of:
        for key, mask in kept.items():
            np.testing.assert_array_equal(start[key], rewind[key] * mask)
    assert network_folder.facts(trial / name)["biases_from"] == before
    assert f"../{before}/weights.npz" in network_folder.facts(trial / name)["made_from"]["files"]


def test_weights_that_are_not_rewound_keep_their_own_biases(prepared, trial):
    facts = network_folder.facts(trial / "lr_rewind@02")
    assert facts["start_step"] == 3 and facts.get("biases_from") is None
    assert "../round_01/weights.npz" not in facts["made_from"]["files"]
    start, own = (files.read_npz(trial / name) for name in (
        "lr_rewind@02/initial.npz", "lr_rewind@01/weights.npz"))
    for key in start.keys() - masks_and_weights.read_masks(trial / "lr_rewind@02").keys():
        np.testing.assert_array_equal(start[key], own[key])
    assert verify(prepared.context.paths).findings == []


def test_readers_find_the_rounds_own_start(prepared, trial):
    start = masks_and_weights.read_start(prepared.context.paths, 1, "round_02")
    kept = masks_and_weights.read_masks(trial / "round_02")
    stored = files.read_npz(trial / "round_02" / "initial.npz")
    for key, array in masks.apply(kept, stored).items():
        np.testing.assert_array_equal(start[key], array)


def test_what_was_lost_is_made_again_byte_for_byte(prepared, trial, tmp_path):
    assert verify(prepared.context.paths).findings == []
    root = prepared.context.paths.root
    copy = tmp_path / root.name
    shutil.copytree(root, copy)
    for name in ("round_02", "ticket@02", "reinit@02"):
        shutil.rmtree(copy / "trial_01" / name)
    run(tmp_path, PARAMS)
    for name in ("round_02/weights.npz", "ticket@02/weights.npz", "reinit@02/initial.npz"):
        assert (copy / "trial_01" / name).read_bytes() == (trial / name).read_bytes(), name


@pytest.mark.parametrize("name", ["round_02", "ticket@02"])
def test_verification_sees_other_biases(prepared, trial, tmp_path, name):
    root = prepared.context.paths.root
    copy = tmp_path / root.name
    shutil.copytree(root, copy)
    folder = copy / "trial_01" / name
    facts, start = network_folder.facts(folder), files.read_npz(folder / "initial.npz")
    paths = type(prepared.context.paths)(copy)
    header = network_folder.header(paths)
    check_network(paths, header, folder)
    files.write_npz(folder / "initial.npz", {
        key: array + 1 if key.endswith("bias") else array for key, array in start.items()})
    network_folder.finish(folder, list(facts.pop("files")), facts)
    with pytest.raises(RunError, match="not the biases of round_01"):
        check_network(paths, header, folder)


@pytest.mark.parametrize("keep, rewinds, weights, own, round, expected", [
    (False, True, RewoundWeights(), 2, 2, 2),
    (True, True, RewoundWeights(), 2, 2, None),   # The round has another optimizer.
    (True, True, InitialWeights(), 0, 0, 0),
    (False, False, RewoundWeights(), 2, 2, 2),    # Both have the biases of round 1.
    (False, False, InitialWeights(), 2, 2, None),  # θ_0's biases, and those of round 1.
    (False, False, InitialWeights(), 2, 0, 0),
    (False, False, RewoundWeights(), 2, 0, None),
    (False, False, RewoundWeights(), 2, None, None),
])
def test_which_variant_repeats_a_round(keep, rewinds, weights, own, round, expected):
    imp = IMP(RewindingSchedule(3, rewind_biases=rewinds), keep_optimizer=keep)
    job = types.SimpleNamespace(
        round=own, variant=Variant("v", FoundMask(), weights),
        context=types.SimpleNamespace(experiment=types.SimpleNamespace(imp=imp)))
    assert carried_over.repeats(job, round) == expected


def test_the_defaults_add_nothing_to_a_runs_name():
    plain = identity.describe(IMP(RewindingSchedule(3)))
    assert "keep_optimizer" not in plain and "rewind_biases" not in plain["schedule"]["config"]
    other = IMP(RewindingSchedule(3, rewind_biases=False), keep_optimizer=True)
    described = identity.describe(other)
    assert described["keep_optimizer"] is True
    config = described["schedule"]["config"]
    assert config["rewind_biases"] is False
    assert RewindingSchedule.from_config(config).rewind_biases is False


def test_other_values_are_refused():
    with pytest.raises(ConfigurationError, match="rewind_biases is 'no'; expected True or False"):
        RewindingSchedule(3, rewind_biases="no")
    with pytest.raises(ConfigurationError, match="keep_optimizer is 1; expected True or False"):
        IMP(RewindingSchedule(3), keep_optimizer=1)
