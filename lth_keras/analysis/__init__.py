"""Geometry of a stored run's networks: spectra, distances, lines, landscapes, masks, gradients."""

from lth_keras.analysis.analyzed_run import AnalyzedRun
from lth_keras.analysis.measure import Measure
from lth_keras.analysis.measure_runner import run_measure
from lth_keras.analysis.measures import (
    EarlyStopping,
    GradientFlow,
    Hessian,
    Landscape,
    LevelDistances,
    Lines,
    LossCurves,
    MaskDistances,
    MaskOverlap,
    RewindSearch,
    SolutionLosses,
    UntrainedMasks,
    WeightDistributions,
)
from lth_keras.analysis.requested_measures import Analysis

__all__ = [
    "Analysis", "AnalyzedRun", "EarlyStopping", "GradientFlow", "Hessian", "Landscape",
    "LevelDistances", "Lines", "LossCurves", "MaskDistances", "MaskOverlap", "Measure",
    "RewindSearch", "SolutionLosses", "UntrainedMasks", "WeightDistributions", "run_measure",
]
