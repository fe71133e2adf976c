"""Training: one compiled engine for all networks of an architecture, and what configures it."""

from lth_keras.training.augmentation import CropAndFlip
from lth_keras.training.checkpoint import Checkpoint
from lth_keras.training.gradient_norm import GradientNorm
from lth_keras.training.learning_rates import CosineDecay, StepDecay
from lth_keras.training.network import Evaluation, Interrupted, Plan, Progress, train_network
from lth_keras.training.optimizers import SGD, Adam, AdamW, KerasOptimizer
from lth_keras.training.order import DataOrder
from lth_keras.training.saliency import Probe, Saliency
from lth_keras.training.trainer import Trainer, TrainState

__all__ = [
    "Adam", "AdamW", "Checkpoint", "CosineDecay", "CropAndFlip", "DataOrder", "Evaluation",
    "GradientNorm", "Interrupted", "KerasOptimizer", "Plan", "Probe", "Progress", "SGD",
    "Saliency", "StepDecay", "TrainState", "Trainer", "train_network",
]
