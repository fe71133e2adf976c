"""Training: one compiled engine for all networks of an architecture, and what configures it."""

from lth_keras.training.learning_rates import CosineDecay, StepDecay
from lth_keras.training.network import TrainedNetwork, train_network
from lth_keras.training.optimizers import SGD, Adam, AdamW, KerasOptimizer
from lth_keras.training.order import DataOrder
from lth_keras.training.trainer import Trainer, TrainState

__all__ = [
    "Adam", "AdamW", "CosineDecay", "DataOrder", "KerasOptimizer", "SGD", "StepDecay",
    "TrainState", "TrainedNetwork", "Trainer", "train_network",
]
