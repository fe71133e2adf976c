"""Event files, read back by TensorBoard's own reader and compared with metrics.csv."""

import types

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.hparams import api_pb2, metadata
from tensorboard.util import tensor_util

from lth_keras import files
from lth_keras.figures import mask_planes
from lth_keras.paths import RunPaths, variant_name
from lth_keras.report import report_figures, write_report
from lth_keras.store.metrics import COLUMNS, read_csv
from lth_keras.tensorboard import TensorBoard, event_files, events, network_events, write_missing
from lth_keras.training import Evaluation


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Leaves the figures out, which take most of a report's time."""
    monkeypatch.setattr(report_figures, "draw", lambda run, comparisons: [])


def read(folder):
    """TensorBoard's own reader on a folder, with every event kept."""
    reader = EventAccumulator(str(folder), size_guidance={"tensors": 0, "images": 0})
    reader.Reload()
    return reader


def series(reader, tag):
    return [(each.step, float(tensor_util.make_ndarray(each.tensor_proto)))
            for each in reader.Tensors(tag)]


def job(trial, variant, index):
    return types.SimpleNamespace(
        trial=trial, name=variant_name(variant, index or None), label=variant, round=index)


def evaluations(paths, a_job):
    """The `Evaluation`s that metrics.csv of a stored network holds."""
    rows = read_csv(paths.network(a_job.trial, a_job.name) / "metrics.csv").to_dict("records")
    return [Evaluation(row["step"], {name: row[name] for name in COLUMNS[6:]}) for row in rows]


def event_names(folder):
    return sorted(path.name for path in folder.glob("events.*"))


def test_every_network_has_one_file_with_the_numbers_of_metrics_csv(make_run):
    root = make_run(trials=2)
    write_report(root)
    paths, metrics = RunPaths(root), read_csv(root / "metrics.csv")
    folders = [path for path in (root / "tensorboard").glob("*/trial_*")]
    assert len(folders) == 2 * (3 + 1 + 6)
    for folder in folders:
        assert len(event_names(folder)) == 1
        trial, name = int(folder.name[6:]), folder.parent.name
        rows = read_csv(paths.network(trial, name) / "metrics.csv")
        reader = read(folder)
        for tag, column in network_events.TAGS.items():
            got = series(reader, tag)
            assert [step for step, _ in got] == rows["step"].tolist()
            assert [value for _, value in got] == pytest.approx(rows[column].tolist(), rel=1e-6)
        density = [value for _, value in series(reader, "density")]
        assert density == pytest.approx(rows["density"].tolist(), rel=1e-6)
    assert len(metrics) == 4 * len(folders)


def test_histograms_are_of_the_weights_that_are_kept(make_run):
    root = make_run(trials=1)
    write_report(root)
    folder = root / "trial_01" / "ticket@02"
    masks, weights = (files.read_npz(folder / f"{name}.npz") for name in ("masks", "weights"))
    reader = read(root / "tensorboard/ticket@02/trial_01")
    for key, mask in masks.items():
        start, end = reader.Tensors(f"weights/{key}")
        assert (start.step, end.step) == (0, 36)
        buckets = tensor_util.make_ndarray(end.tensor_proto)
        assert buckets[:, 2].sum() == mask.sum()
        kept = weights[key][mask.astype(bool)]
        assert (buckets[0, 0], buckets[-1, 1]) == pytest.approx((kept.min(), kept.max()))


@pytest.mark.parametrize("values", [[0.5, -1.0, 0.25, 3.0, 0.25], [2.5, 2.5], []])
def test_a_histogram_is_tensorboards_own(values):
    ours = events.histogram("w", np.array([*values, np.nan], np.float32)).value[0]
    theirs = histogram_pb("w", np.array(values), 60).value[0]
    assert ours.metadata == theirs.metadata
    np.testing.assert_allclose(
        *(tensor_util.make_ndarray(each.tensor) for each in (ours, theirs)), atol=1e-6)


def test_masks_are_images_and_dense_networks_have_none(make_run):
    root = make_run(trials=1)
    write_report(root)
    reader = read(root / "tensorboard/ticket@02/trial_01")
    assert set(reader.Tags()["images"]) == {
        "input_pixels/fc1/kernel", "mask/fc1/kernel", "mask/out/kernel"}
    (image,) = reader.Images("mask/fc1/kernel")
    assert (image.height, image.width) == (6, 16)
    assert not read(root / "tensorboard/full/trial_01").Tags()["images"]


def test_the_hparams_dashboard_has_a_row_per_network(make_run):
    root = make_run(trials=2)
    write_report(root)
    rows = []
    for folder in (root / "tensorboard").glob("*/trial_*"):
        content = read(folder).PluginTagToContent("hparams")
        start = metadata.parse_session_start_info_plugin_data(
            content["_hparams_/session_start_info"])
        end = metadata.parse_session_end_info_plugin_data(content["_hparams_/session_end_info"])
        assert end.status == api_pb2.STATUS_SUCCESS
        rows.append((start.hparams["variant"].string_value, start.hparams["round"].number_value,
                     start.hparams["trial"].number_value))
    assert len(set(rows)) == 2 * (3 + 1 + 6)
    assert "_hparams_/experiment" in read(root / "tensorboard/run").PluginTagToContent("hparams")


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


def test_scalars_are_there_while_the_network_trains(make_run):
    paths, watched = RunPaths(make_run(trials=1)), job(1, "ticket", 2)
    found = evaluations(paths, watched)
    sink = TensorBoard(paths, gradient_norm=lambda each: 0.25)
    sink.job_started(watched)
    for each in found[:2]:
        sink.evaluated(watched, each)
    folder = paths.tensorboard / "ticket@02/trial_01"
    (name,) = event_names(folder)
    assert name.endswith(".unfinished") and not event_files.is_written(folder)
    assert series(read(folder), "accuracy/test") == [
        (each.step, pytest.approx(each.test_accuracy, rel=1e-6)) for each in found[:2]]
    for each in found[2:]:
        sink.evaluated(watched, each)
    sink.job_finished(watched, {})
    assert event_files.is_written(folder) and len(event_names(folder)) == 1
    # Once in 200 updates; these are 36.
    assert series(read(folder), "gradient_norm") == [(found[0].step, 0.25)]


def test_a_unit_that_was_broken_off_leaves_one_file_in_the_end(make_run):
    paths, watched = RunPaths(make_run(trials=1)), job(1, "ticket", 2)
    found = evaluations(paths, watched)
    broken = TensorBoard(paths, gradient_norm=lambda each: 0.5)
    broken.job_started(watched)
    broken.evaluated(watched, found[0])
    again = TensorBoard(paths, gradient_norm=lambda each: 0.25)
    again.job_started(watched)
    for each in found[1:]:  # It goes on from a checkpoint.
        again.evaluated(watched, each)
    folder = paths.tensorboard / "ticket@02/trial_01"
    assert len(event_names(folder)) == 2
    again.job_finished(watched, {})
    (name,) = event_names(folder)
    assert not name.endswith(".unfinished")
    reader = read(folder)
    assert [step for step, _ in series(reader, "loss/train")] == [each.step for each in found]
    assert series(reader, "gradient_norm") == [(found[0].step, 0.5), (found[1].step, 0.25)]


def test_a_file_that_ends_in_the_middle_of_a_record_is_read_up_to_there(tmp_path):
    content = events.encode(events.opening(1.0) + [events.event(events.scalars({"a": 1}), 2.0, 3)])
    (tmp_path / "events").write_bytes(content[:-5])
    assert len(events.decode(tmp_path / "events")) == 2
    (tmp_path / "events").write_bytes(content)
    assert len(events.decode(tmp_path / "events")) == 3


def test_no_finished_file_is_written_again(make_run):
    root = make_run(trials=1)
    write_report(root)
    before = {path: path.stat().st_mtime_ns for path in (root / "tensorboard").glob("*/trial_*/*")}
    write_report(root)
    TensorBoard(RunPaths(root)).run_finished(None)
    assert before == {
        path: path.stat().st_mtime_ns for path in (root / "tensorboard").glob("*/trial_*/*")}


def test_what_a_crash_left_between_store_and_file_is_finished_at_the_end(make_run):
    paths, watched = RunPaths(make_run(trials=1)), job(1, "ticket", 2)
    TensorBoard(paths).job_started(watched)  # And then the power went.
    header = files.read_json(paths.run_json)
    assert write_missing(paths, header, [(1, "ticket@02")]) == 0
    TensorBoard(paths).run_finished(None)
    assert all(not name.endswith(".unfinished")
               for name in event_names(paths.tensorboard / "ticket@02/trial_01"))


def test_a_diverged_network_is_written_and_marked(build):
    builder = build()
    builder.network(1, "full", 0, 1, diverged=True)
    root = builder.finish()
    write_report(root)
    reader = read(root / "tensorboard/full/trial_01")
    assert np.isinf([value for _, value in series(reader, "loss/train")]).tolist() == [False, True]


def test_convolutions_as_tiles():
    mask = np.zeros((3, 3, 2, 4), bool)
    mask[1, 2, 1, 3] = True
    plane = mask_planes.mask_plane(mask)
    assert plane.shape == (2 * 4 - 1, 4 * 4 - 1)
    assert plane[4 + 1, 12 + 2] == 1 and (plane == 1).sum() == 1
    assert plane[3, 0] == 0.5 and plane[0, 3] == 0.5


def test_input_pixels_count_what_is_kept():
    mask = np.zeros((8, 3), bool)
    mask[4:6, 1] = True
    assert mask_planes.input_pixels(mask, (2, 2, 2)).tolist() == [[0, 0], [2, 0]]
    assert mask_planes.input_pixels(mask, (8,)) is None
