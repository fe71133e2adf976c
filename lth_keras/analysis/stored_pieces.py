"""What is stored of a measured piece, checked against its done.json before it is used."""

import io

import pandas as pd

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.store import network_folder, vouched
from lth_keras.store.schemas import PieceFacts

ROWS, ARRAYS = "rows.csv", "arrays.npz"


def piece_facts(folder):
    """done.json of a piece.

    Raises:
      RunError: it is missing, was altered, or is not what this program writes.
    """
    return network_folder.facts(folder, PieceFacts)


def piece_rows(folder):
    """The rows of a piece, a DataFrame.

    Raises:
      RunError: they are others than were stored.
    """
    content = vouched.content(folder, ROWS, PieceFacts)
    try:
        # Only an empty field is no value: a network may be called 'null'.
        return pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])
    except ValueError as error:
        raise RunError(f"cannot read {folder / ROWS}: {error}") from error


def piece_arrays(folder):
    """{name: array} of a piece; {} if it has no arrays.

    Raises:
      RunError: they are others than were stored.
    """
    if ARRAYS not in piece_facts(folder)["files"]:
        return {}
    return files.parse_npz(vouched.content(folder, ARRAYS, PieceFacts), folder / ARRAYS)
