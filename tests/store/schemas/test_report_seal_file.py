"""report.json: files of the run, and nothing outside it."""

import pytest

from lth_keras.errors import RunError
from lth_keras.store.schemas import ReportSeal, checked


def test_what_is_written_is_taken():
    checked(ReportSeal, {"made_of": "done 0", "files": {
        "report.html": "0" * 64, "figures/forest_ticket.pdf": "0" * 64}}, "report.json")


@pytest.mark.parametrize("files", [
    {"../report.html": "0" * 64}, {"trial_01/masks.npz": "0" * 64}, {"report.html": "x"},
    {"report": "0" * 64}])
def test_anything_else_is_refused(files):
    with pytest.raises(RunError, match="report.json is not what this program writes"):
        checked(ReportSeal, {"made_of": "done 0", "files": files}, "report.json")
