"""Networks that are trained without what their masks cut: the numbers of those that keep zeros."""

import pathlib

import gin
import numpy as np
import pytest

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import execute, prepare
from lth_keras.export import ExportOptions, export_network
from tests import small_experiments
from tests.reporters import SilentReporter
from tests.stopped_runs import StopAt, contents

ROOT = pathlib.Path(__file__).resolve().parents[2]
GIN_FILE = str(ROOT / "gin" / "smoke" / "mnist_lt.gin")
SMALL = (
    *small_experiments.SMALL, "RewindingSchedule.granularity = @Units()",
    "RewindingSchedule.rounds = 2", "RewindingSchedule.rate = 0.4", "IMP.duration = '2ep'",
    "Experiment.duration = '3ep'", "ROUNDS = (2,)", "Experiment.trials = 2",
    "lenet_300_100.width = 0.1", "Experiment.optimizer = @Adam()", "Adam.l2 = 1e-4",
    "Experiment.variants = [@ticket/Variant(), @reinit/Variant(), @dense_matched/Variant()]",
)
COMPACT = "Experiment.compact_training = True"


def run(output, *params, should_stop=None):
    gin.clear_config()  # Parsing locks what was parsed before.
    prepared = prepare(configuration.read([GIN_FILE], (*SMALL, *params)), output,
                       checkpoint_seconds=0, should_stop=should_stop)
    execute(prepared, SilentReporter())
    return prepared.context


@pytest.fixture(scope="module")
def masked(tmp_path_factory):
    return run(tmp_path_factory.mktemp("masked"))


@pytest.fixture(scope="module")
def compact(tmp_path_factory):
    return run(tmp_path_factory.mktemp("compact"), COMPACT)


def arrays(context, name):
    return {path.relative_to(context.paths.root).as_posix(): files.read_npz(path)
            for path in sorted(context.paths.root.glob(f"trial_*/*/{name}"))}


def test_the_masks_are_the_same_and_the_weights_but_for_rounding(masked, compact):
    assert masked.paths.root.name != compact.paths.root.name, "it decides the last digits"
    expected, found = arrays(masked, "masks.npz"), arrays(compact, "masks.npz")
    assert expected.keys() == found.keys() and len(found) == 12
    for name, masks in expected.items():
        assert all(np.array_equal(mask, found[name][key]) for key, mask in masks.items())
    expected, found = arrays(masked, "weights.npz"), arrays(compact, "weights.npz")
    for name, weights in expected.items():
        for key, array in weights.items():
            np.testing.assert_allclose(found[name][key], array, rtol=0, atol=1e-4)


def test_counts_are_of_units(compact):
    masks = files.read_npz(compact.paths.network(1, "round_02") / "masks.npz")
    # 30 and 10 units: ⌈0.4 · 29⌉ = 12 go, then ⌈0.4 · 17⌉ = 7; ⌈0.4 · 9⌉ = 4, then ⌈0.4 · 5⌉ = 2.
    kept = [masks["fc1/kernel"].any(0), masks["fc2/kernel"].any(0)]
    assert [int(units.sum()) for units in kept] == [11, 4]
    assert np.array_equal(masks["fc2/kernel"], np.outer(*kept))
    assert np.array_equal(masks["output/kernel"], np.outer(kept[1], np.ones(10)).astype(bool))


@pytest.mark.parametrize("which", ["masked", "compact"])
def test_of_a_unit_that_is_cut_nothing_is_kept(which, request):
    context = request.getfixturevalue(which)
    for name, masks in arrays(context, "masks.npz").items():
        weights = files.read_npz(context.paths.root / name.replace("masks", "weights"))
        for layer in ("fc1", "fc2"):
            gone = ~masks[f"{layer}/kernel"].any(0)
            assert not weights[f"{layer}/bias"][gone].any()
            assert weights[f"{layer}/bias"][~gone].any()


def test_compiled_once_for_each_set_of_widths_whatever_the_trial(masked, compact):
    # The network and the narrow dense one; the two rounds' sizes, which the trials share.
    for context, architectures in ((masked, 2), (compact, 4)):
        counts = context.trace_counts()
        assert len(counts) == architectures
        assert all(count == 1 for each in counts for count in each.values())


@pytest.mark.ci  # Of whole networks test_durability.py has it in `make test`.
@pytest.mark.parametrize("questions", [13, 7])
def test_stopped_anywhere_it_ends_with_the_same_bytes(compact, tmp_path, questions):
    with pytest.raises(RunError, match="stopped by SIGTEST"):
        run(tmp_path, COMPACT, should_stop=StopAt(questions))
    assert contents(run(tmp_path, COMPACT).paths) == contents(compact.paths)


@pytest.mark.parametrize("params, message", [
    (["Experiment.compact_training = 1"], "compact_training is 1; expected True or False"),
    (["RewindingSchedule.granularity = @Weights()", COMPACT],
     r"granularity is Weights\(\); expected .*Units"),
    (["Experiment.distribution = @Mirrored()", COMPACT], "distribution is Mirrored; expected"),
    (["Experiment.never_prune = ('fc2',)"], "no units that can be cut .fc1: fc2 is left dense"),
])
def test_what_cannot_be_is_said_before_training(tmp_path, params, message):
    with pytest.raises(ConfigurationError, match=message):
        prepare(configuration.read([GIN_FILE], (*SMALL, *params)), tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_layers_that_keep_their_units_are_named(tmp_path):
    kernels = prepare(configuration.read([GIN_FILE], SMALL), tmp_path).kernels
    assert {row.layer: row.why for row in kernels} == {
        "fc1": "rate 0.4", "fc2": "rate 0.4",
        "output": "rate 0.4; 10 of its 10 units stay: the model's output"}


def test_the_exported_ticket_is_a_plain_smaller_model(compact, tmp_path):
    card = export_network(
        compact.paths.root, 1, "ticket@02", tmp_path / "exported",
        ExportOptions(formats=("keras",), compact=True, latency=False), data=compact.data)
    assert card["compaction"]["units"] == [
        {"layer": "fc1", "before": 30, "after": 11}, {"layer": "fc2", "before": 10, "after": 4}]
    assert card["compaction"]["parameters_after"] == (784 + 1) * 11 + (11 + 1) * 4 + (4 + 1) * 10
    model = keras.models.load_model(tmp_path / "exported" / "model.keras", compile=False)
    assert [layer.units for layer in model.layers if hasattr(layer, "units")] == [11, 4, 10]
