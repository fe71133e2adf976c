"""Fixtures of the tests of event files."""

import pytest


@pytest.fixture(autouse=True)
def _without_figures(undrawn):
    """Reports without figures: these take most of the time, and no event file holds one."""
