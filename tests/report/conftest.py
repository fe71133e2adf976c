"""Fixtures of the tests of reports."""

import pytest

from lth_keras.figures import style


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    """Figures with fewer dots per inch, which are quicker to write."""
    monkeypatch.setitem(style._SETTINGS, "savefig.dpi", 40)
