"""Which files `tensorboard/` holds, and when they are written again."""

import pytest

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.report import write_report
from lth_keras.store.drawn_events import check_drawn
from lth_keras.tensorboard import write_means
from lth_keras.tensorboard.mean_files import write_mean


def test_there_is_a_run_for_each_network_and_none_for_a_trial(make_run):
    root = make_run(trials=3)
    write_report(root)
    names = {name for _, name in files.read_json(root / "run.json")["units"]}
    folders = {path.parent for path in (root / "tensorboard").rglob("events.*")}
    assert folders == {root / "tensorboard" / name for name in (*names, "run")}


def test_a_mean_of_the_same_trials_has_the_same_name_and_bytes(make_run):
    root = make_run(trials=2)
    write_report(root)
    paths, header = RunPaths(root), files.read_json(root / "run.json")
    (path,) = (root / "tensorboard/ticket@02").glob("events.*")
    before, changed = path.read_bytes(), path.stat().st_mtime_ns
    write_means(paths, header)
    assert path.stat().st_mtime_ns == changed
    write_mean(paths, header, "ticket@02")
    assert list(path.parent.glob("events.*")) == [path] and path.read_bytes() == before


def test_of_two_means_that_of_more_trials_stays(make_run):
    root = make_run(trials=2)
    write_report(root)
    paths, header = RunPaths(root), files.read_json(root / "run.json")
    (of_two,) = (root / "tensorboard/ticket@02").glob("events.*")
    # As when another worker has seen one trial only, and was slower.
    of_one = of_two.with_name("events.out.tfevents.99999999999999999.01_trials")
    of_one.write_bytes(of_two.read_bytes())
    write_means(paths, header)
    assert list(of_two.parent.glob("events.*")) == [of_two]


@pytest.mark.parametrize("name", ["events.*", "drawn.json"])
def test_a_damaged_mean_is_found_and_comes_back(make_run, name):
    root = make_run(trials=2)
    write_report(root)
    paths, header = RunPaths(root), files.read_json(root / "run.json")
    (path,) = (root / "tensorboard/ticket@02").glob(name)
    before = path.read_bytes()
    path.write_bytes(before[:-30] + b"?" + before[-29:])
    (finding,) = check_drawn(paths)
    assert "tensorboard/ticket@02" in finding.path
    path.unlink()
    write_means(paths, header)
    assert path.read_bytes() == before and check_drawn(paths) == []
