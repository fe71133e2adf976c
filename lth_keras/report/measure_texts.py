"""What the measures of `run.py analyze` ask and their figures show, by the measure's class."""

import re

_QUESTIONS = {
    "SolutionLosses": "How good are the solutions themselves, by level and by variant?",
    "LevelDistances": "How far from each other lie the rewind point, the previous minimum and the "
                      "new one, all three on the new level's mask?",
    "LossCurves": "How does the training loss fall at a level, and where does the previous "
                  "minimum, projected on the level's mask, stand beside it?",
    "Hessian": "How curved is the loss at the solutions? Smaller eigenvalues are a wider basin.",
    "Lines": "Does the loss rise along the straight line from one network to another?",
    "Landscape": "What does the loss look like on a plane through the networks?",
    "MaskOverlap": "Do the masks of different trials agree, and what do they leave?",
    "WeightDistributions": "How are the kept weights distributed, before training and after?",
    "GradientFlow": "How well do gradients pass through the networks?",
    "RewindSearch": "From which rewind point on do different data orders end in one basin?",
}
_BANDS = "Lines are means over trials, bands their 95 % interval."
_CAPTIONS = {
    ("SolutionLosses", "levels"): _BANDS,
    ("SolutionLosses", "variants"): "Each trial, and their mean with its 95 % interval.",
    ("LevelDistances", "distances"): _BANDS,
    ("LevelDistances", "distances_by_layer"): "Relative distances, a panel for each layer. "
                                              + _BANDS,
    ("LossCurves", "loss_curves"): "A panel for each level shown. " + _BANDS,
    ("Hessian", "eigenvalues"): "The leading eigenvalues in their order.",
    ("Hessian", "eigenvalues_by_level"): _BANDS,
    ("Hessian", "density"): "Where the eigenvalues lie, smoothed.",
    ("Lines", "line"): "From one end of the line, 0, to the other, 1. " + _BANDS,
    ("Lines", "barriers"): _BANDS,
    ("MaskOverlap", "overlap"): _BANDS,
    ("MaskOverlap", "units"): _BANDS,
    ("WeightDistributions", "distance_to_initial"): _BANDS,
    ("GradientFlow", "at_start"): _BANDS,
    ("GradientFlow", "through_training"): _BANDS,
}


def question(measure):
    """What a measure asks, by the name of its class; '' where that is not of this package."""
    return _QUESTIONS.get(measure, "")


def caption(measure, figure):
    """How to read a figure of a measure, by the names of class and file; '' if that says it all."""
    return _CAPTIONS.get((measure, re.sub(r"_\d+$", "", figure)), "")
