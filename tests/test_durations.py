"""Typed durations."""

import pytest

from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError


@pytest.mark.parametrize("text, steps", [("3ep", 30), ("500it", 500), ("0ep", 0), ("0it", 0)])
def test_steps(text, steps):
    duration = Duration.parse(text)
    assert duration.steps(10) == steps
    assert str(duration) == text
    assert Duration.parse(duration) is duration


@pytest.mark.parametrize("text", [
    5, 5.0, "5", "", None, "ep", "-5ep", "5 ep", "5EP", "1.5ep", "5ep\n", "5ep3it", True, "٣ep ",
])
def test_refused(text):
    with pytest.raises(ConfigurationError, match="IMP.duration is .*expected epochs like '100ep'"):
        Duration.parse(text, "IMP.duration")
