"""Where starting weights come from: a ticket's own distribution, or a bound by fan-in."""

from lth_keras.initializers.distribution import EmpiricalDistribution
from lth_keras.initializers.empirical import EmpiricalHistogram, EmpiricalValues

__all__ = ["EmpiricalDistribution", "EmpiricalHistogram", "EmpiricalValues"]
