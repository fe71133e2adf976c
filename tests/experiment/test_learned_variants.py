"""Variants whose mask is learned, or whose pruned weights are frozen: what is refused, and why."""

import types

import numpy as np
import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.experiment import (
    ChainedMask,
    FoundMask,
    InitialWeights,
    KeepAll,
    RewoundWeights,
    ShuffledMask,
    TrainedWeights,
    Variant,
)
from lth_keras.experiment.identity import describe
from lth_keras.experiment.train_job import _first_state
from lth_keras.learned_masks import EdgePopup, Supermask
from lth_keras.mask_updates import RigL
from lth_keras.pruning import PrunableWeight
from lth_keras.training import TrainState


def variant(mask=None, weights=None, **options):
    return Variant("mine", mask or ShuffledMask(), weights or InitialWeights(), rounds=(2,),
                   **options)


@pytest.mark.parametrize("options, problem", [
    ({"learned": "edge_popup"}, "Variant.learned of 'mine'"),
    ({"pruned": "frozen"}, "Variant.pruned of 'mine' is 'frozen'; expected one of ('zero', 'init"),
    ({"learned": EdgePopup(), "pruned": "initial"}, "where a learned mask leaves zeros"),
    ({"learned": EdgePopup(), "mask": KeepAll()}, "KeepAll, which leaves no weight out"),
    ({"learned": EdgePopup(), "mask": ChainedMask()}, "a learned mask trains no weights"),
    ({"learned": EdgePopup(), "weights": TrainedWeights()}, "a learned mask trains no weights"),
    ({"learned": EdgePopup(), "updates": RigL()}, "expected one of the two"),
    ({"pruned": "initial", "updates": RigL()}, "expected one of the two"),
])
def test_what_does_not_go_together_is_refused(options, problem):
    with pytest.raises(ConfigurationError) as raised:
        variant(**options)
    assert problem in str(raised.value)


def test_a_mask_of_its_own_density_needs_no_counts():
    assert variant(mask=KeepAll(), learned=Supermask(keep="likely")).learned.keep == "likely"


@pytest.mark.parametrize("options", [{"learned": EdgePopup()}, {"pruned": "initial"}])
def test_it_is_no_round_of_imp(options):
    assert variant(FoundMask(), RewoundWeights()).imp_round(2, 0, None) == 2
    assert variant(FoundMask(), RewoundWeights(), **options).imp_round(2, 0, None) is None


def test_a_report_says_what_is_trained():
    learned = variant(learned=EdgePopup())
    assert learned.description == (
        "a mask learned by edge-popup of as many weights as the ticket's mask, shuffled within "
        "each layer; its weights, never trained: the initial weights")
    frozen = variant(FoundMask(), RewoundWeights(), pruned="initial")
    assert frozen.description.endswith("the rewind point, pruned weights frozen there")


def test_defaults_add_nothing_to_a_runs_identity():
    described = describe(variant())
    assert not {"learned", "pruned", "updates"} & set(described)
    assert describe(variant(learned=EdgePopup()))["learned"]["class"] == "EdgePopup"


def test_the_first_scores_of_a_depthwise_kernel_follow_what_one_unit_reads():
    shape = (3, 3, 64, 1)  # Each of 64 units reads 9 numbers, of its own channel.
    weight = PrunableWeight("a/depthwise_kernel", "a", shape, "conv", False, unit_axes=(2, 3))
    job = types.SimpleNamespace(
        variant=variant(learned=EdgePopup()), prunable=(weight,),
        generator=lambda purpose: np.random.default_rng(0))
    masks = {weight.key: np.arange(576).reshape(shape) < 100}
    state = _first_state(job, TrainState({weight.key: np.ones(shape, np.float32)}, masks), masks)
    scores = state.learned[f"scores/{weight.key}"]
    assert scores.shape == shape
    # Uniform in ±1/√9: 576 draws nearly reach the bound.
    assert 0.3 < np.abs(scores).max() <= 1 / 3
