"""A grid around a network: its middle is the network, and marks lie where they are."""

import numpy as np
import pytest

from lth_keras.analysis import Landscape, run_measure
from lth_keras.analysis.stored_pieces import piece_arrays, piece_rows
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from tests.analysis.small_runs import model, stored

NETWORK = model(
    (4,), (keras.layers.Dense, {"units": 5, "activation": "relu", "name": "a"}),
    (keras.layers.Dense, {"units": 3, "name": "b"}))


def test_the_middle_of_random_directions_is_the_network(tmp_path):
    run = stored(tmp_path, NETWORK, (4,))
    folder = run_measure(Landscape(points=3, networks=("round_01", "round_00")), run,
                         lambda line: None) / "trial_01"
    grid, marks = piece_arrays(folder), piece_rows(folder).set_index("point")
    assert grid["x"].tolist() == grid["y"].tolist() == [-1, 0, 1]
    loss, error = run.surface({}, "train").value(run.network(1, "round_01").weights)
    assert grid["loss"][1, 1] == pytest.approx(loss, rel=1e-5)
    assert grid["error"][1, 1] == pytest.approx(error)
    assert len(np.unique(grid["loss"])) == 9
    assert marks.loc["round_01", ["x", "y", "distance_from_plane"]].tolist() == [0, 0, 0]
    assert marks.distance_from_plane["round_00"] > 0


@pytest.mark.parametrize("fields, said", [
    ({"kind": "cube"}, "Landscape.kind is 'cube'"), ({"points": 1}, "Landscape.points is 1"),
    ({"kind": "plane"}, "a plane takes three networks"), ({"reach": -1}, "Landscape.reach is -1"),
])
def test_refused(fields, said):
    with pytest.raises(ConfigurationError, match=said):
        Landscape(**fields)
