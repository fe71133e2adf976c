"""`Analysis`: measures with names of their own, and some of them by name."""

import pytest

from lth_keras.analysis import Analysis, Lines, MaskOverlap
from lth_keras.errors import ConfigurationError


def test_some_are_chosen_in_their_own_order():
    analysis = Analysis((Lines(name="b"), MaskOverlap(name="a"), Lines(name="c")))
    assert [each.name for each in analysis.only(["c", "b"])] == ["b", "c"]
    assert analysis.only([]) == list(analysis.measures)
    with pytest.raises(ConfigurationError, match="--only=d: there is no such measure.* b, a, c"):
        analysis.only(["d"])


@pytest.mark.parametrize("measures, said", [
    ((Lines,), "expected measures with brackets"),
    ((Lines(), Lines()), "has two called 'lines'; give each its own name"),
    ((Lines(name="../lines"),), r"Lines.name is '../lines'; expected letters"),
])
def test_refused(measures, said):
    with pytest.raises(ConfigurationError, match=said):
        Analysis(measures)
