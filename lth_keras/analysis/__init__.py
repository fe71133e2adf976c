"""Geometry of a stored run's networks: spectra, distances, lines, landscapes, masks, gradients."""

from lth_keras.analysis.analysis import Analysis
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
from lth_keras.analysis.stored import StoredRun

__all__ = [
    "Analysis", "GradientFlow", "Hessian", "Landscape", "LevelDistances", "Lines", "LossCurves",
    "MaskOverlap", "Measure", "RewindSearch", "SolutionLosses", "StoredRun", "WeightDistributions",
    "carry_out",
]
