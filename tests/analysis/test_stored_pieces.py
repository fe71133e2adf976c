"""What is stored of a piece is read only while it is what was stored."""

import numpy as np
import pytest

from lth_keras import files
from lth_keras.analysis.stored_pieces import piece_arrays, piece_facts, piece_rows
from lth_keras.errors import RunError
from lth_keras.store import network_folder
from lth_keras.store.schemas import PieceFacts


@pytest.fixture
def piece(tmp_path):
    """A function that stores a piece of these files."""
    def store(**contents):
        for name, content in contents.items():
            path = tmp_path / name.replace("_", ".")
            if isinstance(content, dict):
                files.write_npz(path, content)
            else:
                files.write_text(path, content)
        network_folder.finish(tmp_path, [name.replace("_", ".") for name in contents], {
            "measure": "Lines", "settings": {}, "sources": {}, "seconds": 1.0}, PieceFacts)
        return tmp_path
    return store


def test_rows_and_arrays(piece):
    folder = piece(rows_csv="a,b\n1,2.5\n", arrays_npz={"x": np.arange(3)})
    assert piece_rows(folder).to_dict("list") == {"a": [1], "b": [2.5]}
    assert piece_arrays(folder)["x"].tolist() == [0, 1, 2]
    assert piece_facts(folder)["measure"] == "Lines"


def test_a_network_may_be_called_null(piece):
    rows = piece_rows(piece(rows_csv="unit,loss\nnull,1\nNA,\n"))
    assert rows.unit.tolist() == ["null", "NA"] and rows.loss.isna().tolist() == [False, True]


def test_a_piece_may_have_no_arrays(piece):
    assert piece_arrays(piece(rows_csv="a\n1\n")) == {}


def test_what_was_altered_or_is_no_table(piece):
    folder = piece(rows_csv="a\n1\n")
    (folder / "rows.csv").write_text("a\n2\n")
    with pytest.raises(RunError, match="rows.csv is not what was stored"):
        piece_rows(folder)
    with pytest.raises(RunError, match="cannot read .*rows.csv"):
        piece_rows(piece(rows_csv=""))
