"""The measures: one file for each question."""

from lth_keras.analysis.measures.early_stopping import EarlyStopping
from lth_keras.analysis.measures.gradient_flow import GradientFlow
from lth_keras.analysis.measures.hessian import Hessian
from lth_keras.analysis.measures.landscape import Landscape
from lth_keras.analysis.measures.level_distances import LevelDistances
from lth_keras.analysis.measures.lines import Lines
from lth_keras.analysis.measures.loss_curves import LossCurves
from lth_keras.analysis.measures.mask_distances import MaskDistances
from lth_keras.analysis.measures.mask_overlap import MaskOverlap
from lth_keras.analysis.measures.rewind_search import RewindSearch
from lth_keras.analysis.measures.solution_losses import SolutionLosses
from lth_keras.analysis.measures.untrained_masks import UntrainedMasks
from lth_keras.analysis.measures.weight_distributions import WeightDistributions

__all__ = [
    "EarlyStopping", "GradientFlow", "Hessian", "Landscape", "LevelDistances", "Lines",
    "LossCurves", "MaskDistances", "MaskOverlap", "RewindSearch", "SolutionLosses",
    "UntrainedMasks", "WeightDistributions",
]
