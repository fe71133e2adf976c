"""The report of a run, and of several beside each other: tables, figures, one page."""

from lth_keras.report.run_comparison import write_comparison
from lth_keras.report.up_to_date import is_current
from lth_keras.report.write_report import write_report

__all__ = ["is_current", "write_comparison", "write_report"]
