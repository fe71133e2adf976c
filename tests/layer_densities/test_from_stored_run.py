"""`FromStoredRun`: the densities of a stored network, or one line."""

import pytest

from lth_keras import layer_densities
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.identity import describe
from lth_keras.masks import kept, total_kept
from lth_keras.paths import RunPaths
from lth_keras.store.masks_and_weights import read_masks
from tests.layer_densities.lenet import LENET


def test_a_stored_networks_densities(make_run):
    root = make_run(variants=("reinit",))
    rule = layer_densities.FromStoredRun(str(root), "round_02", 2)
    masks = read_masks(RunPaths(root).network(2, "round_02"))
    shapes = {key: mask.shape for key, mask in masks.items()}
    rule.check(shapes)
    assert rule.counts(shapes, total_kept(masks), None) == kept(masks)
    with pytest.raises(ConfigurationError, match="a network of other layers"):
        rule.check(LENET)


def test_a_runs_name_holds_what_is_read_and_not_where(make_run, tmp_path):
    root = make_run(variants=("reinit",))
    described = describe(layer_densities.FromStoredRun(str(root), "round_02", 2))
    kept_weights = kept(read_masks(RunPaths(root).network(2, "round_02")))
    assert described == {"class": "FromStoredRun", "kept_weights": kept_weights}
    moved = root.rename(tmp_path / "moved")
    assert describe(layer_densities.FromStoredRun(str(moved), "round_02", 2)) == described
    other = describe(layer_densities.FromStoredRun(str(moved), "round_01", 2))
    assert other["kept_weights"] != kept_weights
    with pytest.raises(ConfigurationError, match="which cannot be read"):
        describe(layer_densities.FromStoredRun(str(root), "round_02", 2))


@pytest.mark.parametrize("make, message", [
    (lambda: layer_densities.FromStoredRun("", "full"), "FromStoredRun.run is ''"),
    (lambda: layer_densities.FromStoredRun("runs/mine", "full", 0), "FromStoredRun.trial is 0"),
    (lambda: layer_densities.FromStoredRun("nowhere", "full").check(LENET),
     "FromStoredRun takes full of trial 1 of nowhere, which cannot be read"),
])
def test_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
