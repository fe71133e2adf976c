"""Masks that are learned: scores are trained, and the weights under them stay as they are."""

from lth_keras.learned_masks.edge_popup import EdgePopup
from lth_keras.learned_masks.learned_mask import LearnedMask
from lth_keras.learned_masks.score_trainer import ScoreTrainer, first_state, mean_kept
from lth_keras.learned_masks.supermask import Supermask

__all__ = ["EdgePopup", "LearnedMask", "ScoreTrainer", "Supermask", "first_state", "mean_kept"]
