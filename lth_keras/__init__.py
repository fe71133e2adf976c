"""lth_keras: lottery-ticket experiments in TensorFlow/Keras, bound by gin files."""

import importlib
import os

# TFMOT works on Keras 2 only, and TensorFlow reads this when it is first imported.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
# The C++ log has to be quietened before the import as well; the user's own choice wins.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

__version__ = "0.1.0"

_API = {
    "Ticket": "lth_keras.tickets", "Tickets": "lth_keras.tickets", "find_ticket": "lth_keras.api",
    "load_ticket": "lth_keras.export",
}


def __getattr__(name):
    """The Python API, imported when it is first asked for: most of it brings TensorFlow along."""
    if name in _API:
        return getattr(importlib.import_module(_API[name]), name)
    raise AttributeError(f"module 'lth_keras' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_API])
