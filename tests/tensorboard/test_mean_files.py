"""Which files `tensorboard/` holds, and when they are written again."""

from tensorboard.util import tensor_util

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.report import write_report
from lth_keras.tensorboard import write_means
from lth_keras.tensorboard.mean_files import write_mean
from tests.tensorboard.reading import event_names, read


def test_there_is_a_run_for_each_network_and_none_for_a_trial(make_run):
    root = make_run(trials=3)
    write_report(root)
    names = {name for _, name in files.read_json(root / "run.json")["units"]}
    folders = {path.parent for path in (root / "tensorboard").rglob("events.*")}
    assert folders == {root / "tensorboard" / name for name in (*names, "run")}


def test_configuration_and_summary_are_texts(make_run):
    root = make_run(trials=1)
    files.write_text(root / "operative_config.gin", "Adam.l2 = 0.0\n")
    write_report(root)
    write_report(root)
    reader = read(root / "tensorboard/run")
    assert len(event_names(root / "tensorboard/run")) == 1
    config, summary = (
        tensor_util.make_ndarray(reader.Tensors(tag)[0].tensor_proto).item().decode()
        for tag in ("operative_config", "summary"))
    assert "Adam.l2 = 0.0" in config and "ticket@02" in summary


def test_a_mean_of_the_same_trials_has_the_same_name_and_bytes(make_run):
    root = make_run(trials=2)
    write_report(root)
    paths, header = RunPaths(root), files.read_json(root / "run.json")
    (path,) = (root / "tensorboard/ticket@02").iterdir()
    before, changed = path.read_bytes(), path.stat().st_mtime_ns
    write_means(paths, header)
    assert path.stat().st_mtime_ns == changed
    write_mean(paths, header, "ticket@02")
    assert list(path.parent.iterdir()) == [path] and path.read_bytes() == before


def test_of_two_means_that_of_more_trials_stays(make_run):
    root = make_run(trials=2)
    write_report(root)
    paths, header = RunPaths(root), files.read_json(root / "run.json")
    (of_two,) = (root / "tensorboard/ticket@02").iterdir()
    # As when another worker has seen one trial only, and was slower.
    of_one = of_two.with_name("events.out.tfevents.99999999999999999.01_trials")
    of_one.write_bytes(of_two.read_bytes())
    write_means(paths, header)
    assert list(of_two.parent.iterdir()) == [of_two]
