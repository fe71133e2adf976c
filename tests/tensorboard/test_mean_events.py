"""What a mean's event file holds, read by TensorBoard's own reader."""

import numpy as np
import pytest
from tensorboard.plugins.custom_scalar import layout_pb2, metadata
from tensorboard.plugins.hparams import metadata as hparams_metadata
from tensorboard.util import tensor_util

from lth_keras.paths import RunPaths
from lth_keras.report import write_report
from lth_keras.statistics.intervals import mean_interval
from lth_keras.store.metrics import read_csv
from tests.tensorboard.reading import read, series


def test_scalars_are_means_over_trials_with_their_intervals(make_run):
    root = make_run(trials=3)
    write_report(root)
    reader, metrics = read(root / "tensorboard/ticket@02"), read_csv(root / "metrics.csv")
    rows = metrics[(metrics["variant"] == "ticket") & (metrics["round"] == 2)]
    for tag, column in (("accuracy/test", "test_accuracy"), ("loss/validation", "val_loss")):
        expected = [mean_interval(each[column]) for _, each in rows.groupby("step")]
        for name, place in ((tag, 0), (f"trials/{tag}/interval_low", 1),
                            (f"trials/{tag}/interval_high", 2)):
            assert [value for _, value in series(reader, name)] == pytest.approx(
                [each[place] for each in expected], rel=1e-6)
    assert [step for step, _ in series(reader, "accuracy/test")] == [9, 18, 27, 36]
    assert not any(tag.startswith("trials/density") for tag in reader.Tags()["tensors"])


def test_histograms_and_images_are_the_first_trials(make_run):
    root = make_run(trials=2)
    write_report(root)
    ours, first = (read(root / folder) for folder in (
        "tensorboard/ticket@02", "tensorboard_trials/ticket@02/trial_01"))
    assert ours.Tags()["images"] == first.Tags()["images"] != []
    for tag in ("weights/fc1/kernel", "weights/out/kernel"):
        np.testing.assert_array_equal(*(
            [tensor_util.make_ndarray(each.tensor_proto) for each in reader.Tensors(tag)]
            for reader in (ours, first)))


def test_a_row_of_the_hparams_dashboard_names_no_trial(make_run):
    root = make_run(trials=2)
    write_report(root)
    content = read(root / "tensorboard/ticket@02").PluginTagToContent("hparams")
    start = hparams_metadata.parse_session_start_info_plugin_data(
        content["_hparams_/session_start_info"])
    assert sorted(start.hparams) == ["kept_percent", "round", "variant"]


def test_one_trial_has_a_mean_and_no_interval(make_run):
    root = make_run(trials=1)
    write_report(root)
    reader = read(root / "tensorboard/ticket@02")
    assert series(reader, "accuracy/test") == series(
        read(root / "tensorboard_trials/ticket@02/trial_01"), "accuracy/test")
    assert not any(tag.startswith("trials/") for tag in reader.Tags()["tensors"])
    assert metadata.CONFIG_SUMMARY_TAG not in read(root / "tensorboard/run").Tags()["tensors"]


def test_each_chart_with_a_band_is_of_tags_that_there_are(make_run):
    root = make_run(trials=2)
    write_report(root)
    (tensor,) = read(root / "tensorboard/run").Tensors(metadata.CONFIG_SUMMARY_TAG)
    layout = layout_pb2.Layout.FromString(
        tensor_util.make_ndarray(tensor.tensor_proto).item())
    assert [category.title for category in layout.category] == ["accuracy", "loss"]
    there = read(root / "tensorboard/ticket@02").Tags()["tensors"]
    for category in layout.category:
        for chart in category.chart:
            (drawn,) = chart.margin.series
            assert {drawn.value, drawn.lower, drawn.upper} <= set(there)


@pytest.mark.parametrize("diverged", [(1,), (1, 2)])
def test_a_diverged_trial_is_in_no_mean(build, diverged):
    builder = build()
    for trial in (1, 2):
        builder.network(trial, "full", 0, trial, diverged=trial in diverged)
    root = builder.finish()
    write_report(root)
    (path,) = RunPaths(root).tensorboard.glob("full/events.*")
    assert path.name.endswith(".02_trials")
    losses = [value for _, value in series(read(root / "tensorboard/full"), "loss/train")]
    other = read(root / f"tensorboard_trials/full/trial_{1 if len(diverged) == 2 else 2:02d}")
    assert losses == [value for _, value in series(other, "loss/train")]
    assert np.isinf(losses[-1]) == (len(diverged) == 2)
