"""What the tests of reports share."""

import pytest

from lth_keras.figures import style


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    """Fewer dots an inch: what is drawn is the same."""
    monkeypatch.setitem(style._SETTINGS, "savefig.dpi", 40)
