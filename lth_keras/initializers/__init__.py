"""D_n, the distribution of a ticket's weights, and Keras initializers that draw from it."""

from lth_keras.initializers.empirical import EmpiricalHistogram, EmpiricalValues
from lth_keras.initializers.empirical_distribution import EmpiricalDistribution

__all__ = ["EmpiricalDistribution", "EmpiricalHistogram", "EmpiricalValues"]
