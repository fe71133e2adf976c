"""Turns what a user gives as an array into one, or says in one line why it is none."""

import numpy as np

from lth_keras.errors import ConfigurationError


def as_array(name, split, what, given):
    """`given`, a part of a data set, as an array.

    Args:
      name: of the data.
      split: 'train', 'validation' or 'test'.
      what: 'examples', 'labels' or 'weights'.
      given: an array, or nested lists of numbers.

    Raises:
      ConfigurationError: as for `named_array`.
    """
    return named_array(f"the {split} {what} of '{name[:40]}'", given)


def named_array(subject, given):
    """`given` as an array; a memory-mapped array stays memory-mapped.

    Args:
      subject: what it is, for the error, such as "the train labels of 'mine'".
      given: an array, or nested lists of numbers.

    Raises:
      ConfigurationError: it is no array, such as lists of unequal lengths.
    """
    try:
        return np.asanyarray(given)
    except (TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise ConfigurationError(
            f"{subject}: no array can be made of it ({reason}); expected one shape for all "
            "examples: pad or cut them first"
        ) from error
