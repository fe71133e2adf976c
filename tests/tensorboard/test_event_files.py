"""Which event files there are, and which are left alone."""

from tensorboard.util import tensor_util

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.report import write_report
from lth_keras.tensorboard import TensorBoard
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


def test_no_finished_file_is_written_again(make_run):
    root = make_run(trials=1)
    write_report(root)
    before = {path: path.stat().st_mtime_ns for path in (root / "tensorboard").glob("*/trial_*/*")}
    write_report(root)
    TensorBoard(RunPaths(root)).run_finished(None)
    assert before == {
        path: path.stat().st_mtime_ns for path in (root / "tensorboard").glob("*/trial_*/*")}
