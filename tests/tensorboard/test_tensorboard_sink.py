"""The sink: what TensorBoard reads while a network trains, and after a run was interrupted."""

import pytest

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.tensorboard import TensorBoard, are_written, event_files, write_missing, write_run
from lth_keras.tensorboard.mean_files import folder_of
from tests.tensorboard.reading import evaluations, event_names, job, read, series


def test_scalars_are_there_while_the_network_trains(make_run):
    paths, watched = RunPaths(make_run(trials=1)), job(1, "ticket", 2)
    evaluated = evaluations(paths, watched)
    sink = TensorBoard(paths, gradient_norm=lambda each: 0.25)
    sink.job_started(watched)
    for each in evaluated[:2]:
        sink.evaluated(watched, each)
    folder = paths.tensorboard_trials / "ticket@02/trial_01"
    (name,) = event_names(folder)
    assert name.endswith(".unfinished") and not event_files.is_written(folder)
    assert series(read(folder), "accuracy/test") == [
        (each.step, pytest.approx(each.test_accuracy, rel=1e-6)) for each in evaluated[:2]]
    for each in evaluated[2:]:
        sink.evaluated(watched, each)
    sink.job_finished(watched, {})
    assert event_files.is_written(folder) and len(event_names(folder)) == 1
    (of_mean,) = event_names(folder_of(paths, "ticket@02"))
    assert of_mean.endswith(".01_trials")
    # Once in 500 updates; these are 36.
    assert series(read(folder), "gradient_norm") == [(evaluated[0].step, 0.25)]


def test_a_unit_that_was_broken_off_leaves_one_file_in_the_end(make_run):
    paths, watched = RunPaths(make_run(trials=1)), job(1, "ticket", 2)
    evaluated = evaluations(paths, watched)
    broken = TensorBoard(paths, gradient_norm=lambda each: 0.5)
    broken.job_started(watched)
    broken.evaluated(watched, evaluated[0])
    again = TensorBoard(paths, gradient_norm=lambda each: 0.25)
    again.job_started(watched)
    for each in evaluated[1:]:  # It goes on from a checkpoint.
        again.evaluated(watched, each)
    folder = paths.tensorboard_trials / "ticket@02/trial_01"
    assert len(event_names(folder)) == 2
    again.job_finished(watched, {})
    (name,) = event_names(folder)
    assert not name.endswith(".unfinished")
    reader = read(folder)
    assert [step for step, _ in series(reader, "loss/train")] == [each.step for each in evaluated]
    assert series(reader, "gradient_norm") == [(evaluated[0].step, 0.5), (evaluated[1].step, 0.25)]


def test_what_a_crash_left_between_store_and_file_is_finished_at_the_end(make_run):
    paths, watched = RunPaths(make_run(trials=1)), job(1, "ticket", 2)
    TensorBoard(paths).job_started(watched)  # And then the power went.
    header = files.read_json(paths.run_json)
    assert write_missing(paths, header, [(1, "ticket@02")]) == set()
    TensorBoard(paths).run_finished(None)
    assert all(not name.endswith(".unfinished")
               for name in event_names(paths.tensorboard_trials / "ticket@02/trial_01"))


def test_the_mean_has_one_trial_more_with_each_that_is_stored(make_run):
    paths = RunPaths(make_run(trials=2))
    folder, means = folder_of(paths, "ticket@02"), []
    for trial in (1, 2):
        watched, sink = job(trial, "ticket", 2), TensorBoard(paths)
        sink.job_started(watched)
        # While the second trial trains, it does not overwrite the mean.
        assert len(event_names(folder)) == 1
        for each in evaluations(paths, watched):
            sink.evaluated(watched, each)
        sink.job_finished(watched, {})
        (name,) = event_names(folder)
        assert name.endswith(f".{trial:02d}_trials")
        means.append([value for _, value in series(read(folder), "accuracy/test")])
    assert means[0] != means[1]


def test_the_end_writes_the_means_that_a_crash_has_left_out(make_run):
    paths = RunPaths(make_run(trials=2))
    header = files.read_json(paths.run_json)
    write_missing(paths, header, header["units"])
    write_run(paths)
    assert not are_written(paths, header["units"])
    TensorBoard(paths).job_started(job(1, "full", 0))  # And then the power went.
    event_files.event_path(folder_of(paths, "ticket@02"), ".01_trials").parent.mkdir()
    event_files.event_path(folder_of(paths, "ticket@02"), ".01_trials").write_bytes(b"")
    TensorBoard(paths).run_finished(None)
    assert are_written(paths, header["units"])
    assert [len(event_names(folder_of(paths, name))) for name in ("full", "ticket@02")] == [1, 1]
