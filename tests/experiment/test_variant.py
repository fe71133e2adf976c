"""The definition of each variant, checked on one stored run of gin/smoke/variants.gin.

The rewind point is step 10 of 40, so that θ_0, θ_10 and the trained weights are three things.
"""

import pathlib

import gin
import numpy as np
import pytest

from lth_keras import masks
from lth_keras.commands import configuration
from lth_keras.experiment import execute, prepare
from lth_keras.layer_densities import ErdosRenyiKernel
from lth_keras.store.verification import verify
from tests.experiment.variants_trial import FORMS, Stored, same, surviving
from tests.reporters import SilentReporter

ROOT = pathlib.Path(__file__).parents[2]
ROUNDS = (1, 3)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    experiment = configuration.read([str(ROOT / "gin/smoke/variants.gin")])
    prepared = prepare(experiment, tmp_path_factory.mktemp("runs"))
    reporter = SilentReporter()
    execute(prepared, reporter)
    gin.clear_config()
    stored = Stored(prepared)
    stored.reporter = reporter
    return stored


@pytest.mark.parametrize("index", ROUNDS)
@pytest.mark.parametrize("variant", FORMS)
def test_mask_and_starting_step(run, variant, index):
    form, step = FORMS[variant]
    job, of_round = f"{variant}@{index:02d}", run.masks(f"round_{index:02d}")
    mine, facts = run.masks(job), run.facts(job)
    if form == "found":
        same(mine, of_round)
    elif form in ("shuffled", "layer counts"):
        assert masks.kept(mine) == masks.kept(of_round)
        if form == "shuffled":
            assert all((mine[key] != of_round[key]).any() for key in of_round)
    elif form == "ones":
        assert masks.density(mine) == 1 and masks.size(mine) == masks.size(of_round)
    elif form == "narrow":
        assert masks.density(mine) == 1
        # The closest width; one job more or less in both layers is a percent.
        assert masks.size(mine) == pytest.approx(masks.total_kept(of_round), rel=0.01)
        assert facts["density"] == masks.size(mine) / masks.size(of_round)
    else:
        assert masks.total_kept(mine) == masks.total_kept(of_round)
    assert facts["kept_weights"] == masks.kept(mine)
    assert facts["collapsed_layers"] == []
    if step is not None:
        assert (facts["start_step"], facts["steps"]) == (step, 40)
    assert (facts["variant"], facts["round"], facts["trial"]) == (variant, index, 1)
    if facts.get("pruned") == "initial":
        return
    # Pruned weights are zero at the start and at the end.
    masks.check_applied(run.first_masks(job), run.start(job))
    masks.check_applied(mine, run.trained(job))


def test_every_variant_is_in_the_table(run):
    names = {variant.name for variant in run.context.experiment.variants}
    assert names == set(FORMS) | {"full"}


def test_full_is_round_zero_to_the_byte(run):
    assert run.facts("full")["equal_to"] == "round_00"
    same(run.trained("full"), run.trained("round_00"))
    same(run.start("full"), run.initial)


def test_a_network_that_equals_a_round_says_so_in_its_line(run):
    reached = run.reporter.reached
    assert reached["trial 1 full"] == f"{reached['trial 1 round_00']}, the network of round_00"
    assert reached["trial 1 full"].startswith("accuracy ")
    assert "the network of" not in reached["trial 1 round_00"]


@pytest.mark.parametrize("index", ROUNDS)
def test_ticket_is_the_rewind_point_under_the_mask_to_the_byte(run, index):
    job = f"ticket@{index:02d}"
    assert run.facts(job)["equal_to"] == f"round_{index:02d}"
    same(run.start(job), masks.apply(run.masks(job), run.rewind))
    assert any((run.rewind[key] != run.initial[key]).any() for key in run.initial)


@pytest.mark.parametrize("index", ROUNDS)
def test_random_ticket_has_the_rewind_points_weights(run, index):
    job = f"random_ticket@{index:02d}"
    same(run.start(job), masks.apply(run.masks(job), run.rewind))


@pytest.mark.parametrize("variant, source, pool", [
    ("reinit", "initial", "global"), ("remask", "initial", "global"),
    ("full_dn", "initial", "global"), ("dense_matched", "initial", "global"),
    ("reinit_trained", "trained", "global"), ("remask_trained", "trained", "global"),
    ("dense_matched_trained", "trained", "global"),
    ("reinit_layer", "initial", "layer"), ("reinit_trained_layer", "trained", "layer"),
    ("pruned_d0", "dense_initial", "global"),
])
@pytest.mark.parametrize("index", ROUNDS)
def test_sampled_weights_are_values_of_their_distribution(run, variant, source, pool, index):
    of_round = run.masks(f"round_{index:02d}")
    weights = run.trained(f"round_{index - 1:02d}") if source == "trained" else run.initial
    values = {key: weights[key][of_round[key] | (source == "dense_initial")] for key in of_round}
    everything = np.concatenate([value[value != 0] for value in values.values()])
    for key, drawn in surviving(run, f"{variant}@{index:02d}").items():
        allowed = values[key] if pool == "layer" else everything
        assert np.isin(drawn, allowed).all(), key
        # A sample, and not each weight in its own place.
        start = run.start(f"{variant}@{index:02d}")[key]
        if start.shape == weights[key].shape:
            assert (start[start != 0] != weights[key][start != 0]).mean() > 0.99


@pytest.mark.parametrize("index", ROUNDS)
def test_the_histograms_samples_are_new_values_of_the_same_distribution(run, index):
    of_round = run.masks(f"round_{index:02d}")
    values = np.concatenate([run.initial[key][of_round[key]] for key in of_round])
    drawn = np.concatenate(list(surviving(run, f"reinit_histogram@{index:02d}").values()))
    assert np.isin(drawn, values).mean() < 0.5
    assert values.min() <= drawn.min() and drawn.max() <= values.max()
    np.testing.assert_allclose(
        np.quantile(drawn, [0.25, 0.5, 0.75]), np.quantile(values, [0.25, 0.5, 0.75]), atol=5e-3)


@pytest.mark.parametrize("variant", ["random_reinit", "random_mask", "small_dense_random"])
def test_fresh_draws_are_not_theta_0_and_stay_in_its_range(run, variant):
    drawn = surviving(run, f"{variant}@03")
    # PyTorch's default initialisation: uniform in ±1/√fan_in.
    for key, values in drawn.items():
        fan_in = run.masks(f"{variant}@03")[key].shape[0]
        assert np.abs(values).max() <= fan_in**-0.5
        np.testing.assert_allclose(np.abs(values).mean(), fan_in**-0.5 / 2, rtol=0.15)
        assert not np.isin(values, run.initial[key]).all()


@pytest.mark.parametrize("index", ROUNDS)
def test_same_sign_has_theta_0s_signs_and_new_magnitudes(run, index):
    of_round = run.masks(f"round_{index:02d}")
    fresh, constant = (
        surviving(run, f"{name}@{index:02d}") for name in ("same_sign", "same_sign_constant"))
    for key in run.kernels():
        initial = run.initial[key][of_round[key]]
        np.testing.assert_array_equal(np.sign(fresh[key]), np.sign(initial))
        assert (np.abs(fresh[key]) != np.abs(initial)).mean() > 0.99
        np.testing.assert_array_equal(np.sign(constant[key]), np.sign(initial))
        # σ of a uniform distribution in ±1/√fan_in.
        (size,) = np.unique(np.abs(constant[key]))
        assert size == pytest.approx((3 * run.initial[key].shape[0]) ** -0.5, rel=0.03)


def test_one_shot_is_round_zero_pruned_in_one_step(run):
    assert run.facts("one_shot@01")["equal_to"] == "round_01"
    solution, mine = run.trained("round_00"), run.masks("one_shot@03")
    for key, mask in mine.items():
        assert np.abs(solution[key][mask]).min() >= np.abs(solution[key][~mask]).max()
    assert any((mine[key] != run.masks("round_03")[key]).any() for key in mine)
    same(run.start("one_shot@03"), masks.apply(mine, run.rewind))


@pytest.mark.parametrize("variant", ["fine_tune", "lr_rewind"])
def test_chains_prune_and_go_on_from_their_own_networks(run, variant):
    before = "round_00"
    for index in (1, 2, 3):
        job = f"{variant}@{index:02d}"
        old, new, solution = run.masks(before), run.masks(job), run.trained(before)
        masks.check(new, old, run.context.schedule.layer_counts(run.context.prunable, index))
        for key in new:
            gone = old[key] & ~new[key]
            assert np.abs(solution[key][gone]).max() <= np.abs(solution[key][new[key]]).min()
        same(run.start(job), masks.apply(new, solution))
        before = job
    same(run.masks(f"{variant}@01"), run.masks("round_01"))


def test_fine_tune_goes_on_in_step_and_optimizer_for_as_many_updates_as_a_round(run):
    steps = [run.facts(f"fine_tune@{i:02d}") for i in (1, 2, 3)]
    # Round 0 ends at 40; a rewound round has 40 − 10 updates.
    assert [(each["start_step"], each["steps"]) for each in steps] == [
        (40, 70), (70, 100), (100, 130)]
    assert (run.trial / "round_00" / "optimizer.npz").exists()
    assert "optimizer.npz" in run.facts("fine_tune@02")["files"]
    # Nothing goes on from these.
    assert not (run.trial / "fine_tune@03" / "optimizer.npz").exists()
    assert not (run.trial / "round_01" / "optimizer.npz").exists()


@pytest.mark.parametrize("index", ROUNDS)
def test_dense_sparse_dense_restores_the_pruned_weights_as_zeros(run, index):
    sparse, job = f"fine_tune@{index:02d}", f"dense_sparse_dense@{index:02d}"
    same(run.start(job), run.trained(sparse))
    pruned = {key: ~mask for key, mask in run.masks(sparse).items()}
    assert all((run.start(job)[key][gone] == 0).all() for key, gone in pruned.items())
    assert all((run.trained(job)[key][gone] != 0).mean() > 0.5 for key, gone in pruned.items())


@pytest.mark.parametrize("variant", ["snip", "grasp", "synflow"])
def test_pruning_at_initialisation_keeps_theta_0(run, variant):
    for index in ROUNDS:
        job = f"{variant}@{index:02d}"
        same(run.start(job), masks.apply(run.masks(job), run.initial))
    # Layers compete: their shares are not IMP's.
    assert masks.kept(run.masks(f"{variant}@03")) != masks.kept(run.masks("round_03"))


@pytest.mark.parametrize("variant", ["edge_popup", "supermask"])
@pytest.mark.parametrize("weights", ["", "_constant", "_fresh"])
def test_a_learned_mask_leaves_its_weights_alone(run, variant, weights):
    for index in ROUNDS:
        job = f"{variant}{weights}@{index:02d}"
        start, end, found = run.start(job), run.trained(job), run.masks(job)
        for key, mask in found.items():
            size, kept = mask.size, mask.sum()
            scale = np.float32(size / kept if variant == "supermask" else (size / kept) ** 0.5)
            np.testing.assert_array_equal(end[key], start[key] * scale)
        assert all((end[key] == start[key]).all() for key in start if key not in found)
        assert any((found[key] != run.masks(f"round_{index:02d}")[key]).any() for key in found)
        if not weights:
            same(start, masks.apply(found, run.initial))
        # An edge-popup's gates keep as many at each update; a supermask's as many on average.
        mean = run.facts(job)["told"]["mean_kept"]
        for key, mask in found.items():
            assert mean[key] == pytest.approx(
                mask.sum(), rel=0 if variant == "edge_popup" else 0.2)


@pytest.mark.parametrize("index", ROUNDS)
def test_frozen_weights_are_the_rewind_points(run, index):
    job = f"frozen_pruned@{index:02d}"
    same(run.start(job), run.rewind)
    for key, mask in run.masks(job).items():
        trained = run.trained(job)[key]
        np.testing.assert_array_equal(trained[~mask], run.rewind[key][~mask])
        assert (trained[mask] != run.rewind[key][mask]).mean() > 0.5
        assert trained[~mask].any()


@pytest.mark.parametrize("variant, updates", [
    ("rigl", range(6, 31, 6)), ("set", range(6, 37, 6)), ("snfs", range(6, 37, 6)),
    ("gradual", range(6, 31, 6))])
def test_update_rules_move_masks_and_say_so(run, variant, updates):
    for index in ROUNDS:
        job, found = f"{variant}@{index:02d}", run.masks(f"round_{index:02d}")
        first, last, facts = run.first_masks(job), run.masks(job), run.facts(job)["mask_updates"]
        assert any((first[key] != last[key]).any() for key in found)
        assert facts["updates"] == len(updates)
        assert facts["dense_gradients"] is (variant == "rigl")
        kept = [each["weights"] for each in facts["kept"]]
        assert (kept[0], kept[-1]) == (masks.kept(first), masks.kept(last))
        if variant == "gradual":
            assert masks.density(first) == 1
            assert [each["from_step"] for each in facts["kept"]] == [0, *updates]
        elif variant != "snfs":
            assert len(kept) == 1
        same(run.start(job), masks.apply(first, run.initial))


@pytest.mark.parametrize("variant", ["random_erk", "random_uniform"])
def test_random_masks_have_the_densities_of_their_rule(run, variant):
    for index in ROUNDS:
        mask = run.masks(f"{variant}@{index:02d}")
        counts, total = masks.kept(mask), masks.total_kept(run.masks(f"round_{index:02d}"))
        if variant == "random_uniform":
            share = total / masks.size(mask)
            assert all(abs(counts[key] - share * mask[key].size) < 1 for key in mask)
        else:
            shapes = {key: each.shape for key, each in mask.items()}
            assert counts == ErdosRenyiKernel().counts(shapes, total, None)
        same(run.start(f"{variant}@{index:02d}"), masks.apply(mask, run.initial))
    assert masks.kept(run.first_masks("rigl@03")) == masks.kept(run.masks("random_erk@03"))


def test_the_store_finds_nothing_wrong_with_masks_that_moved(run):
    assert verify(run.context.paths).findings == []


def test_biases_are_never_pruned_and_of_the_same_source_as_the_kernels(run):
    for job, source in (("ticket@03", run.rewind), ("reinit@03", run.initial)):
        np.testing.assert_array_equal(run.start(job)["fc1/bias"], source["fc1/bias"])
    assert (run.start("same_sign@03")["fc1/bias"] != run.initial["fc1/bias"]).all()


def test_no_architecture_was_traced_twice(run):
    assert all(
        count <= 1 for counts in run.context.trace_counts() for count in counts.values())
