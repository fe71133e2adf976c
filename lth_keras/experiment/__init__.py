"""The experiment: IMP and the variants as a graph of jobs over one store."""

from lth_keras.experiment.architectures import Architecture, MatchedWidth, SameArchitecture
from lth_keras.experiment.early_bird import EarlyBird
from lth_keras.experiment.execute import execute
from lth_keras.experiment.mask_rules import (
    ChainedMask,
    FoundMask,
    KeepAll,
    MaskRule,
    PrunedMask,
    RandomMask,
    ShuffledMask,
)
from lth_keras.experiment.multi_worker import follow
from lth_keras.experiment.prepare import prepare
from lth_keras.experiment.settings import IMP, Experiment
from lth_keras.experiment.ticket_file import TicketMask, TicketWeights
from lth_keras.experiment.variant import Variant
from lth_keras.experiment.watched_gradients import WatchedGradients
from lth_keras.experiment.weight_rules import (
    EmpiricalDraw,
    FreshDraw,
    InitialWeights,
    RewoundWeights,
    SignedDraw,
    TrainedWeights,
    WeightRule,
)

__all__ = [
    "Architecture", "ChainedMask", "EarlyBird", "EmpiricalDraw", "Experiment", "FoundMask",
    "FreshDraw", "IMP", "InitialWeights", "KeepAll", "MaskRule", "MatchedWidth", "PrunedMask",
    "RandomMask", "RewoundWeights", "SameArchitecture", "ShuffledMask", "SignedDraw", "TicketMask",
    "TicketWeights", "TrainedWeights", "Variant", "WatchedGradients", "WeightRule",
    "execute", "follow", "prepare",
]
