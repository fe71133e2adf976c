"""Geometry of a stored run's networks: spectra, distances, lines, landscapes, masks, gradients."""

from lth_keras.analysis.analysis import Analysis
from lth_keras.analysis.analyzed_run import AnalyzedRun
from lth_keras.analysis.measure import Measure, carry_out
from lth_keras.analysis.measures import (
    GradientFlow,
    Hessian,
    Landscape,
    LevelDistances,
    Lines,
    LossCurves,
    MaskOverlap,
    RewindSearch,
    SolutionLosses,
    WeightDistributions,
)

__all__ = [
    "Analysis", "AnalyzedRun", "GradientFlow", "Hessian", "Landscape", "LevelDistances", "Lines",
    "LossCurves", "MaskOverlap", "Measure", "RewindSearch", "SolutionLosses", "WeightDistributions",
    "carry_out",
]
