"""Stratified choices of examples: the same labels and seed give the same choice on any machine."""

import numbers

import numpy as np

from lth_keras.errors import ConfigurationError


def stratified_choice(labels, count, seed):
    """Chooses `count` examples so that each label keeps its share, to within one example.

    Args:
      labels: integer labels, [N].
      count: how many to choose, 0 to N.
      seed: of the choice within a label.

    Returns:
      The chosen positions, ascending, int64 [count].
    """
    labels = np.asarray(labels)
    # NumPy promises that RandomState's numbers never change; default_rng's may.
    random = np.random.RandomState(seed)
    classes, sizes = np.unique(labels, return_counts=True)
    chosen = [
        random.permutation(np.flatnonzero(labels == label))[:quota]
        for label, quota in zip(classes, _quotas(sizes, count), strict=True)
    ]
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)


def held_out_count(validation, available, name, parameter="validation"):
    """The number of training examples that `validation` holds out.

    Args:
      validation: a share (float, 0 to 1) or a count (int).
      available: the number of training examples.
      name: the data set's, for the error.
      parameter: the name of the share or count, for the error.

    Raises:
      ConfigurationError: nothing, or everything, would be held out.
    """
    check_validation(validation, parameter)
    if validation == 0:
        return 0
    is_count = isinstance(validation, numbers.Integral)
    count = int(validation) if is_count else round(validation * available)
    if not 0 < count < available:
        raise ConfigurationError(
            f"{parameter} is {validation!r}, which is {count} of the {available} training examples "
            f"of '{name}'; expected at least 1 and fewer than all; give a share such as 0.1"
        )
    return count


def check_validation(validation, parameter="validation"):
    """Raises ConfigurationError unless it is a share from 0 to below 1 or a count from 0."""
    is_number = isinstance(validation, numbers.Real) and not isinstance(validation, bool)
    is_count = isinstance(validation, numbers.Integral)
    if not is_number or not (validation >= 0 if is_count else 0 <= validation < 1):
        raise ConfigurationError(
            f"{parameter} is {validation!r}; expected a share (a float, 0 <= share < 1) or a "
            "count (an integer >= 0) of the training examples to hold out"
        )


def check_seed(seed, parameter="validation_seed"):
    """Raises ConfigurationError unless it is a whole number that NumPy takes as a seed."""
    is_integer = isinstance(seed, numbers.Integral) and not isinstance(seed, bool)
    if not is_integer or not 0 <= seed < 2**32:
        raise ConfigurationError(
            f"{parameter} is {seed!r}; expected an integer of at least 0 and at most {2**32 - 1}")


def _quotas(sizes, count):
    """How many of each label; what is left after rounding down goes to the largest remainders."""
    exact = sizes * (count / sizes.sum())
    quotas = np.floor(exact).astype(np.int64)
    # A stable sort, so that of equal remainders the lower label comes first.
    order = np.argsort(quotas - exact, kind="stable")
    quotas[order[: count - quotas.sum()]] += 1
    return quotas
