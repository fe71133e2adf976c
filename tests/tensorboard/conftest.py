"""What the tests of event files share."""

import pytest


@pytest.fixture(autouse=True)
def _without_figures(undrawn):
    """A report's figures take most of its time, and no event file holds one."""
