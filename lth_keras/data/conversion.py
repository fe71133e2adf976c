"""Turns what a user gives as an array into one, or says in one line why it is none."""

import numpy as np

from lth_keras.errors import ConfigurationError


def as_array(name, split, what, given):
    """`given` as an array; a memory-mapped array stays memory-mapped.

    Args:
      name: of the data, for the error.
      split: 'train', 'validation' or 'test'.
      what: 'examples', 'labels' or 'weights'.
      given: an array, or nested lists of numbers.

    Raises:
      ConfigurationError: it is no array, such as lists of unequal lengths.
    """
    try:
        return np.asanyarray(given)
    except (TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise ConfigurationError(
            f"the {split} {what} of '{name[:40]}' make no array ({reason}); expected one shape for "
            "each example: pad or cut them first"
        ) from error
