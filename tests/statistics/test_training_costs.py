"""Costs of networks against numbers worked out by hand.

Two kernels: a convolution of 3·3·1·4 = 36 weights at 100 places, and a dense one of 40 weights. A
dense network multiplies 36·100 + 40 = 3,640 times for an example; a batch has 10.
"""

import math

import numpy as np
import pandas as pd
import pytest

from lth_keras.statistics.training_costs import pareto, training_costs, with_costs

DENSE, BATCH = 3640, 10
HEADER = {
    "configuration": {"batch_size": BATCH}, "rewind_step": 5,
    "kernels": [
        {"layer": "conv", "kernel": "kernel", "shape": [3, 3, 1, 4], "positions": 100},
        {"layer": "fc", "kernel": "kernel", "shape": [10, 4], "positions": 1},
        {"layer": "fc", "kernel": "bias", "shape": [4], "positions": 0},
    ],
}
HALF = {"conv/kernel": 18, "fc/kernel": 20}  # 1,820 products.
FIFTH = {"conv/kernel": 7, "fc/kernel": 8}  # 708 products.
ALL = {"conv/kernel": 36, "fc/kernel": 40}


def network(variant, round, kept, steps, made_from=(), **more):
    return {"variant": variant, "round": round, "kept_weights": kept, "start_step": 0,
            "steps": steps, "made_from": {"files": dict.fromkeys(made_from, "")}, **more}


def costs(networks, header=HEADER):
    table = training_costs(header, {(1, name): facts for name, facts in networks.items()})
    return table.set_index("unit")


IMP = {
    "round_00": network("imp", 0, ALL, 20),
    "round_01": network("imp", 1, HALF, 20, (
        "../round_00/weights.npz", "../round_00/masks.npz", "../rewind.npz"), start_step=5),
    "round_02": network("imp", 2, FIFTH, 20, (
        "../round_01/weights.npz", "../round_01/masks.npz", "../rewind.npz"), start_step=5),
}


def flops(updates, products):
    return 2 * BATCH * updates * products


def test_a_network_of_its_own_costs_three_products_a_weight_and_update():
    found = costs(IMP | {"random": network("random", 1, HALF, 30, ("../initial.npz",))})
    row = found.loc["random"]
    assert (row.updates, row.training_flops) == (30, flops(30, 3 * 1820))
    assert row.inference_multiply_adds == 1820 and not row.found_first
    assert found.loc["round_00"].training_flops == flops(20, 3 * DENSE)


def test_a_ticket_costs_all_rounds_that_its_mask_was_found_in():
    found = costs(IMP | {
        "ticket@02": network("ticket", 2, FIFTH, 30, ("../round_02/masks.npz", "../rewind.npz"),
                             start_step=5),
        "copy@02": network("copy", 2, FIFTH, 20, (
            "../round_02/masks.npz", "../round_02/weights.npz", "../rewind.npz"),
            start_step=5, equal_to="round_02"),
    })
    rounds = flops(20, 3 * DENSE) + flops(15, 3 * 1820)
    assert found.loc["ticket@02"].training_flops == rounds + flops(25, 3 * 708)
    assert found.loc["ticket@02"].updates == 20 + 15 + 25
    # What is copied from a round of IMP has been trained once.
    assert found.loc["copy@02"].training_flops == rounds + flops(15, 3 * 708)
    assert found.loc["copy@02"].equals(found.loc["round_02"]) is False  # Their names differ.
    assert found.loc["round_02"].training_flops == found.loc["copy@02"].training_flops
    assert found.loc[["ticket@02", "copy@02", "round_02"], "found_first"].all()


def test_a_rewind_point_alone_costs_its_updates():
    found = costs(IMP | {
        "late": network("late", 1, HALF, 20, ("../rewind.npz",), start_step=5)})
    assert found.loc["late"].updates == 5 + 15
    assert found.loc["late"].training_flops == flops(5, 3 * DENSE) + flops(15, 3 * 1820)


def test_scores_take_the_gradient_of_every_weight():
    learned = network("edge_popup", 1, HALF, 10, ("../initial.npz",),
                      told={"mean_kept": {"conv/kernel": 9.0, "fc/kernel": 10.0}})
    row = costs({"edge_popup": learned}).loc["edge_popup"]
    assert row.training_flops == flops(10, 2 * 910 + DENSE)
    assert row.inference_multiply_adds == 1820


def test_a_mask_that_was_learned_is_not_to_be_had_without_its_training():
    networks = {
        "edge_popup": network("edge_popup", 1, HALF, 10, (), told={"mean_kept": HALF}),
        "on_it": network("on_it", 1, HALF, 10, ("../edge_popup/masks.npz",)),
    }
    assert costs(networks).loc["on_it"].training_flops == (
        flops(10, 2 * 1820 + DENSE) + flops(10, 3 * 1820))


def test_frozen_weights_are_computed_with():
    row = costs({"frozen": network("frozen", 1, HALF, 10, pruned="initial")}).loc["frozen"]
    assert row.training_flops == flops(10, 2 * DENSE + 1820)
    assert row.inference_multiply_adds == DENSE


def test_masks_that_change_cost_what_they_are_at_each_step():
    # 1,820 products to step 4, 708 from there; each of the two updates takes all gradients of one
    # more batch.
    changing = network("rigl", 1, FIFTH, 10, mask_updates={
        "rule": "RigL", "updates": 2, "dense_gradients": True, "dense_moments": False,
        "kept": [{"from_step": 0, "weights": HALF}, {"from_step": 4, "weights": FIFTH}]})
    row = costs({"rigl": changing}).loc["rigl"]
    assert row.training_flops == (
        flops(4, 3 * 1820) + flops(6, 3 * 708) + flops(1, (2 * 1820 + DENSE) + (2 * 708 + DENSE)))
    # An optimizer that gets all gradients at each step.
    changing["mask_updates"] |= {"dense_gradients": False, "dense_moments": True}
    row = costs({"snfs": changing}).loc["snfs"]
    assert row.training_flops == flops(4, 2 * 1820 + DENSE) + flops(6, 2 * 708 + DENSE)


def test_another_architecture_has_its_own_shapes():
    narrow = network("narrow", 1, {"conv/kernel": 18, "fc/kernel": 10}, 10, architecture={"w": 1},
                     variables={"conv/kernel": ["float32", 3, 3, 1, 2],
                                "fc/kernel": ["float32", 5, 2]})
    row = costs({"narrow": narrow}).loc["narrow"]
    assert row.inference_multiply_adds == 18 * 100 + 10


def test_an_older_run_does_not_know():
    old = {key: value for key, value in HEADER.items() if key != "kernels"}
    row = costs(IMP, old).loc["round_01"]
    assert row.updates == 35 and math.isnan(row.training_flops)
    # Nor does one that has lost what a network was made from.
    lost = {name: facts for name, facts in IMP.items() if name != "round_00"}
    assert math.isnan(costs(lost).loc["round_02"].training_flops)


def test_the_summary_gets_means_and_intervals():
    summary = pd.DataFrame({"variant": ["a", "b"], "round": [1, 1]}, index=[3, 4])
    table = pd.DataFrame({
        "variant": ["a", "a"], "round": [1, 1], "updates": [10, 10],
        "training_flops": [100.0, 300.0], "inference_multiply_adds": [5.0, 5.0]})
    found = with_costs(summary, table)
    assert found.loc[3, "updates_mean"] == 10
    assert found.loc[3, "training_flops_mean"] == 200
    # Two values: t = 12.706 times 100, their standard error.
    assert found.loc[3, "training_flops_ci_high"] == pytest.approx(200 + 1270.6, rel=1e-4)
    assert found.loc[3, "inference_multiply_adds_ci_low"] == 5
    assert found.loc[4].drop(["variant", "round"]).isna().all()


def test_the_front_is_what_nothing_beats():
    points = [(1, 0.5), (2, 0.7), (2, 0.6), (3, 0.7), (4, 0.9), (np.nan, 1.0), (5, np.nan)]
    assert pareto(points) == [True, True, False, False, True, False, False]
    assert pareto([(1, 0.5), (1, 0.5)]) == [True, True]
