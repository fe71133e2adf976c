"""The checks of the data: what is prepared, and whether more can be downloaded."""

import pytest

from lth_keras.doctor import data_sets
from lth_keras.doctor.check import FINE, NOTE, WRONG
from tests.doctor.checks import by_name


@pytest.mark.parametrize("sets, reachable, verdicts", [
    (("mnist/3.0.1", "cifar10/3.0.2"), True, (FINE, FINE)),
    ((), False, (NOTE, NOTE)),
])
def test_data_sets(tmp_path, sets, reachable, verdicts):
    for name in sets:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "dataset_info.json").write_text("{}")
    checks = by_name(data_sets.data_sets(str(tmp_path), lambda: reachable))
    assert (checks["prepared data"].verdict, checks["downloads"].verdict) == verdicts
    assert all(name.split("/")[0] in checks["prepared data"].seen for name in sets)


def test_a_data_folder_that_is_not_there_is_wrong(tmp_path):
    checks = by_name(data_sets.data_sets(str(tmp_path / "nowhere"), lambda: True))
    assert checks["prepared data"].verdict == WRONG
