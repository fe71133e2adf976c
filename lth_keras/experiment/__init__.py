"""The experiment: IMP and the variants as a graph of jobs over one store."""

from lth_keras.experiment.architectures import MatchedWidth, SameArchitecture
from lth_keras.experiment.execute import execute, prepare, total_steps
from lth_keras.experiment.experiment import IMP, Experiment
from lth_keras.experiment.mask_rules import (
    ChainedMask,
    FoundMask,
    KeepAll,
    PrunedMask,
    ShuffledMask,
)
from lth_keras.experiment.multi_worker import follow
from lth_keras.experiment.stopping import Stopper
from lth_keras.experiment.ticket_file import TicketMask, TicketWeights
from lth_keras.experiment.variant import Variant
from lth_keras.experiment.watched_gradients import GradientNorms
from lth_keras.experiment.weight_rules import (
    EmpiricalDraw,
    FreshDraw,
    InitialWeights,
    RewoundWeights,
    SignedDraw,
    TrainedWeights,
)

__all__ = [
    "ChainedMask", "EmpiricalDraw", "Experiment", "FoundMask", "FreshDraw", "GradientNorms", "IMP",
    "InitialWeights", "KeepAll", "MatchedWidth", "PrunedMask", "RewoundWeights",
    "SameArchitecture", "ShuffledMask", "SignedDraw", "Stopper", "TicketMask", "TicketWeights",
    "TrainedWeights", "Variant", "execute", "follow", "prepare", "total_steps",
]
