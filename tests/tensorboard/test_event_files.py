"""Which event files are written, and which stay as they are."""

from lth_keras.paths import RunPaths
from lth_keras.report import write_report
from lth_keras.tensorboard import TensorBoard, are_written
from tests.tensorboard.reading import event_names


def test_no_finished_file_is_written_again(make_run):
    root = make_run(trials=1)
    write_report(root)

    def times():
        return {path: path.stat().st_mtime_ns for folder in ("tensorboard", "tensorboard_trials")
                for path in (root / folder).rglob("events.*") if path.parent.name != "run"}
    before = times()
    write_report(root)
    TensorBoard(RunPaths(root)).run_finished(None)
    assert times() == before and len(before) == 2 * 10


def test_a_file_that_a_power_cut_left_empty_is_written(make_run):
    root = make_run(trials=1)
    write_report(root)
    folder = root / "tensorboard_trials/ticket@02/trial_01"
    (name,) = event_names(folder)
    (folder / name).write_bytes(b"")
    assert not are_written(RunPaths(root), [[1, "ticket@02"]])
    write_report(root)
    assert are_written(RunPaths(root), [[1, "ticket@02"]])
