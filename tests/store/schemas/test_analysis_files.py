"""done.json of a measured piece, and summary.json of a measure."""

import pytest

from lth_keras.errors import RunError
from lth_keras.store.schemas import AnalysisSummary, PieceFacts, checked

PIECE = {"measure": "Lines", "settings": {"points": 3}, "sources": {}, "seconds": 0.5,
         "files": {"rows.csv": "0" * 64}}
SUMMARY = {"measure": "Lines", "name": "lines", "title": "Lines", "data": "digits",
           "statements": ["No barrier."], "figures": ["line.png"], "tables": ["table.csv"],
           "pieces": ["trial_01"], "settings": {}, "files": {"table.csv": "0" * 64}}


def test_what_is_written_is_taken():
    # A piece may have results beside its rows; a summary has no other keys.
    checked(PieceFacts, PIECE | {"height": 0.25}, "done.json")
    checked(AnalysisSummary, SUMMARY, "summary.json")


@pytest.mark.parametrize("schema, content", [
    (PieceFacts, PIECE | {"seconds": -1.0}),
    (PieceFacts, PIECE | {"files": {"../../rows.csv": "0" * 64}}),
    (PieceFacts, PIECE | {"height": 2**70}),
    (AnalysisSummary, SUMMARY | {"height": 0.25}),
    (AnalysisSummary, SUMMARY | {"figures": ["../line.png"]}),
    (AnalysisSummary, SUMMARY | {"pieces": ["../../other"]}),
    (AnalysisSummary, SUMMARY | {"files": {"table.csv": "0"}}),
])
def test_anything_else_is_refused(schema, content):
    with pytest.raises(RunError, match="is not what this program writes"):
        checked(schema, content, "file.json")
