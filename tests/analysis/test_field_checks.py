"""Fields that measures refuse."""

import pytest

from lth_keras.analysis import (
    Hessian,
    Landscape,
    LossCurves,
    RewindSearch,
    WeightDistributions,
)
from lth_keras.errors import ConfigurationError


@pytest.mark.parametrize("make, said", [
    (lambda: Hessian(levels=5), "Hessian.levels is 5; expected None"),
    (lambda: LossCurves(levels=5), "LossCurves.levels is 5; expected None"),
    (lambda: LossCurves(levels=()), "LossCurves.levels is ()"),
    (lambda: Landscape(points=1), "Landscape.points is 1; expected a whole number, at least 2"),
    (lambda: Hessian(trace_samples=1), "Hessian.trace_samples is 1"),
    (lambda: Hessian(positive=0), "are all 0"),
    (lambda: WeightDistributions(others=(5,)), "WeightDistributions.others is (5,)"),
    (lambda: WeightDistributions(others=("a/x", "b/x")), "of different names"),
    (lambda: RewindSearch({"a": "ab"}), "two or more different variants"),
    (lambda: RewindSearch({"a": ("b", "b")}), "two or more different variants"),
])
def test_fields_are_refused_in_one_line(make, said):
    with pytest.raises(ConfigurationError) as raised:
        make()
    # gin adds lines of its own, which the command leaves out.
    assert said in str(raised.value).splitlines()[0]
