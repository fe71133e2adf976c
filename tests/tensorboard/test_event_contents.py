"""What a network's event file holds, read by TensorBoard's own reader."""

import numpy as np
import pytest
from tensorboard.plugins.hparams import api_pb2, metadata
from tensorboard.util import tensor_util

from lth_keras import files
from lth_keras.metric import ACCURACY
from lth_keras.paths import RunPaths
from lth_keras.report import write_report
from lth_keras.store.metrics import read_csv
from lth_keras.tensorboard import event_contents
from tests.tensorboard.reading import event_names, read, series


def test_every_network_has_one_file_with_the_numbers_of_metrics_csv(make_run):
    root = make_run(trials=2)
    write_report(root)
    paths, metrics = RunPaths(root), read_csv(root / "metrics.csv")
    folders = [path for path in (root / "tensorboard_trials").glob("*/trial_*")]
    assert len(folders) == 2 * (3 + 1 + 6)
    for folder in folders:
        assert len(event_names(folder)) == 1
        trial, name = int(folder.name[6:]), folder.parent.name
        rows = read_csv(paths.network(trial, name) / "metrics.csv")
        reader = read(folder)
        for tag, column in event_contents.tags([ACCURACY]).items():
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
    reader = read(root / "tensorboard_trials/ticket@02/trial_01")
    for key, mask in masks.items():
        start, end = reader.Tensors(f"weights/{key}")
        assert (start.step, end.step) == (0, 36)
        buckets = tensor_util.make_ndarray(end.tensor_proto)
        assert buckets[:, 2].sum() == mask.sum()
        kept = weights[key][mask.astype(bool)]
        assert (buckets[0, 0], buckets[-1, 1]) == pytest.approx((kept.min(), kept.max()))


def test_masks_are_images_and_dense_networks_have_none(make_run):
    root = make_run(trials=1)
    write_report(root)
    reader = read(root / "tensorboard_trials/ticket@02/trial_01")
    assert set(reader.Tags()["images"]) == {
        "input_pixels/fc1/kernel", "mask/fc1/kernel", "mask/out/kernel"}
    (image,) = reader.Images("mask/fc1/kernel")
    assert (image.height, image.width) == (6, 16)
    assert not read(root / "tensorboard_trials/full/trial_01").Tags()["images"]


def test_the_hparams_dashboard_has_a_row_per_network(make_run):
    root = make_run(trials=2)
    write_report(root)
    rows = []
    for folder in (root / "tensorboard_trials").glob("*/trial_*"):
        content = read(folder).PluginTagToContent("hparams")
        start = metadata.parse_session_start_info_plugin_data(
            content["_hparams_/session_start_info"])
        end = metadata.parse_session_end_info_plugin_data(content["_hparams_/session_end_info"])
        assert end.status == api_pb2.STATUS_SUCCESS
        rows.append((start.hparams["variant"].string_value, start.hparams["round"].number_value,
                     start.hparams["trial"].number_value))
    assert len(set(rows)) == 2 * (3 + 1 + 6)
    assert "_hparams_/experiment" in read(
        root / "tensorboard_trials/run").PluginTagToContent("hparams")


def test_a_diverged_network_is_written_and_marked(build):
    builder = build()
    builder.network(1, "full", 0, 1, diverged=True)
    root = builder.finish()
    write_report(root)
    reader = read(root / "tensorboard_trials/full/trial_01")
    assert np.isinf([value for _, value in series(reader, "loss/train")]).tolist() == [False, True]


def test_what_is_the_same_in_every_network_is_no_column(make_run):
    header = RunPaths(make_run(trials=2)).run_json
    header = files.read_json(header)
    names, metrics = event_contents.hparams_columns(header, of_trials=True)
    assert names == ["variant", "round", "trial", "kept_percent"]
    assert "accuracy/validation" in metrics
    header["data"]["examples"]["validation"] = 0
    header |= {"units": [[1, "round_00"]], "trials": 1}
    names, metrics = event_contents.hparams_columns(header, of_trials=True)
    assert names == [] and list(metrics) == ["accuracy/test", "loss/test", "loss/train"]
    assert "trial" not in event_contents.hparams_columns(header | {"trials": 2}, False)[0]
