"""Where starting weights come from: a ticket's own distribution, or a bound by fan-in."""

from lth_keras.initializers.empirical import EmpiricalHistogram, EmpiricalValues
from lth_keras.initializers.empirical_distribution import EmpiricalDistribution

__all__ = ["EmpiricalDistribution", "EmpiricalHistogram", "EmpiricalValues"]
