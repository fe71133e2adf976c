"""The report of a run, and of several beside each other: tables, figures, one page."""

from lth_keras.records.report.build import write_report
from lth_keras.records.report.comparison import write_comparison
from lth_keras.records.report.current import is_current

__all__ = ["is_current", "write_comparison", "write_report"]
