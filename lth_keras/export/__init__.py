"""Networks and tickets for use elsewhere: written, described, reloaded and checked.

Importing this package does not import TensorFlow: a bare ticket needs NumPy alone.
"""

import importlib

from lth_keras.export.ticket import TicketFile, load_ticket

_LAZY = {
    "EXPORT_FORMATS": "lth_keras.export.formats",
    "ExportOptions": "lth_keras.export.network_export",
    "compact": "lth_keras.export.compaction",
    "export_network": "lth_keras.export.network_export",
    "size_table": "lth_keras.store.export_cards",
}

__all__ = [
    "EXPORT_FORMATS", "ExportOptions", "TicketFile", "compact", "export_network",
    "load_ticket", "size_table",
]


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
