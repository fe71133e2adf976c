"""Training: one compiled engine for all networks of an architecture, and what configures it."""

from lth_keras.training.augmentation import CropAndFlip
from lth_keras.training.checkpoint import Checkpoint
from lth_keras.training.compact_trainer import CompactTrainer, CompactTrainers
from lth_keras.training.data_order import DataOrder
from lth_keras.training.frozen_trainer import FrozenTrainer, refuse_decay
from lth_keras.training.given_optimizers import from_keras, is_keras_optimizer
from lth_keras.training.gradient_norm import GradientNorm
from lth_keras.training.layer_chance import LayerChance
from lth_keras.training.learning_rates import CosineDecay, KerasSchedule, RateSchedule, StepDecay
from lth_keras.training.loop import Evaluation, Interrupted, Plan, TrainingProgress, train_network
from lth_keras.training.mask_changes import MaskUpdates
from lth_keras.training.mask_watch import MaskWatch
from lth_keras.training.optimizers import SGD, Adam, AdamW, KerasOptimizer, Optimizer
from lth_keras.training.precision import building, check_precision
from lth_keras.training.random_resized_crop import RandomResizedCropAndFlip
from lth_keras.training.replicas import Replicas
from lth_keras.training.saliency import Probe, Saliency
from lth_keras.training.strategies import (
    Distribution,
    Mirrored,
    MultiWorkerMirrored,
    OneDevice,
    in_cluster,
)
from lth_keras.training.train_state import TrainState
from lth_keras.training.trainer import Trainer

__all__ = [
    "Adam", "AdamW", "Checkpoint", "CompactTrainer", "CompactTrainers", "CosineDecay",
    "CropAndFlip", "DataOrder", "Distribution", "Evaluation", "FrozenTrainer", "GradientNorm",
    "Interrupted", "KerasOptimizer", "KerasSchedule", "LayerChance", "MaskUpdates", "MaskWatch",
    "Mirrored", "MultiWorkerMirrored", "OneDevice", "Optimizer", "Plan", "Probe",
    "RandomResizedCropAndFlip", "RateSchedule", "Replicas", "SGD", "Saliency", "StepDecay",
    "TrainState", "Trainer", "TrainingProgress", "building", "check_precision", "from_keras",
    "in_cluster", "is_keras_optimizer", "refuse_decay", "train_network",
]
