"""Criteria: each computes a score for each weight; the weights with higher scores are kept."""

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs
from lth_keras.criteria.grasp import GraSP
from lth_keras.criteria.joint_magnitude import JointMagnitude
from lth_keras.criteria.magnitude import Magnitude
from lth_keras.criteria.movement import Movement
from lth_keras.criteria.random_scores import Random
from lth_keras.criteria.ranking import kept_after, prune_globally, prune_layerwise, removal_count
from lth_keras.criteria.signed_magnitude import SignedMagnitude
from lth_keras.criteria.snip import SNIP
from lth_keras.criteria.synflow import SynFlow
from lth_keras.criteria.weighted_magnitudes import WeightedMagnitudes

__all__ = [
    "Criterion", "CriterionInputs", "GraSP", "JointMagnitude", "Magnitude", "Movement", "Random",
    "SNIP", "SignedMagnitude", "SynFlow", "WeightedMagnitudes", "kept_after", "prune_globally",
    "prune_layerwise", "removal_count",
]
