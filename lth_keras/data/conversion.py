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
        array = np.asanyarray(given)
        if array.dtype.kind == "O" and getattr(given, "dtypes", None) is not None:
            array = _of_table(given, array)
    except (TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise ConfigurationError(
            f"{subject}: no array can be made of it ({reason}); expected one shape for all "
            "examples: pad or cut them first"
        ) from error
    if array.dtype.kind == "O" and not array.ndim:
        raise ConfigurationError(
            f"{subject} are a {type(given).__name__}, which is no array; expected numbers in one "
            f"array: {_MAKE_DENSE.get(type(given).__name__, 'make one of them first')}")
    return array


# What makes an array of it.
_MAKE_DENSE = {
    "RaggedTensor": "to_tensor() pads a ragged one", "SparseTensor": "tf.sparse.to_dense",
    "dict": "the labels of one output, which find_ticket(…, output=…) names",
    **dict.fromkeys(("csr_matrix", "csc_matrix", "coo_matrix", "csr_array", "csc_array",
                     "coo_array"), "toarray() makes one of a sparse one"),
}


def _of_table(table, array):
    """A table's columns of several kinds of numbers (pandas's Int64 and boolean too) as float64."""
    if any(getattr(kind, "kind", "O") not in "biuf" for kind in np.atleast_1d(table.dtypes)):
        return array
    return table.to_numpy(dtype=np.float64, na_value=np.nan)
