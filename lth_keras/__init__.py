"""lth_keras: lottery-ticket experiments in TensorFlow/Keras, bound by gin files."""

import importlib
import os

# TFMOT works on Keras 2 only, and TensorFlow reads this when it is first imported.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
# The C++ log, too, can only be silenced before the import; a value that the user has set stays.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

__version__ = "0.1.0"

_API = {
    "Ticket": "lth_keras.tickets", "Tickets": "lth_keras.tickets", "find_ticket": "lth_keras.api",
    "load_ticket": "lth_keras.export",
}


def __getattr__(name):
    """Imports the Python API at its first use, because most of it imports TensorFlow."""
    if name in _API:
        return getattr(importlib.import_module(_API[name]), name)
    raise AttributeError(f"module 'lth_keras' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_API])
