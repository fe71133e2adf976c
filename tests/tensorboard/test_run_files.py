"""The event files of a whole run: its texts, and when they are written again."""

from tensorboard.util import tensor_util

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.report import write_report
from lth_keras.tensorboard import write_run
from tests.tensorboard.reading import event_names, read


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


def test_files_that_would_say_the_same_stay(make_run):
    root = make_run(trials=2)
    write_report(root)
    folders = [root / "tensorboard/run", root / "tensorboard_trials/run"]
    before = {path: path.read_bytes() for folder in folders for path in folder.iterdir()}
    write_run(RunPaths(root))
    assert len(before) == 4
    assert before == {path: path.read_bytes() for folder in folders for path in folder.iterdir()}
