"""report.json: a report is whole while each of its files is as it was written."""

import pytest

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.paths import RunPaths
from lth_keras.store import report_seal


def test_a_report_is_whole_until_a_file_or_its_source_changes(tmp_path):
    paths = RunPaths(tmp_path)
    assert report_seal.read_seal(paths) is None and not report_seal.is_whole(paths, "one")
    written = [paths.report, paths.figures / "curves.png"]
    for path in written:
        files.write_text(path, path.name)
    report_seal.write_seal(paths, "one", written)
    assert set(report_seal.read_seal(paths)["files"]) == {"report.html", "figures/curves.png"}
    assert report_seal.is_whole(paths, "one") and not report_seal.is_whole(paths, "two")
    written[1].write_text("another")
    assert not report_seal.is_whole(paths, "one")


def test_an_altered_seal_is_no_report(tmp_path):
    paths = RunPaths(tmp_path)
    report_seal.write_seal(paths, "one", [])
    paths.report_seal.write_text(paths.report_seal.read_text().replace("one", "two"))
    assert not report_seal.is_whole(paths, "two")
    with pytest.raises(RunError):
        report_seal.read_seal(paths)
