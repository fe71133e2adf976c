"""The experiment: IMP and the variants as a graph of units over one store."""

from lth_keras.experiment.architectures import MatchedWidth, SameArchitecture
from lth_keras.experiment.experiment import IMP, Experiment
from lth_keras.experiment.mask_rules import FoundMask, KeepAll, ShuffledMask
from lth_keras.experiment.run import execute, prepare, total_steps
from lth_keras.experiment.variant import Variant
from lth_keras.experiment.weight_rules import (
    EmpiricalDraw,
    FreshDraw,
    InitialWeights,
    RewoundWeights,
)

__all__ = [
    "EmpiricalDraw", "Experiment", "FoundMask", "FreshDraw", "IMP", "InitialWeights", "KeepAll",
    "MatchedWidth", "RewoundWeights", "SameArchitecture", "ShuffledMask", "Variant", "execute",
    "prepare", "total_steps",
]
