"""What is written down of a run: rows of metrics, their summary, tables and the progress shown."""

from lth_keras.records.metrics import COLUMNS, MetricsRow, concatenate, read_csv, rows_to_csv
from lth_keras.records.progress import Progress
from lth_keras.records.published import PublishedFigure, compare
from lth_keras.records.sink import Sink
from lth_keras.records.summary import summarise, write_summary
from lth_keras.records.tables import against_full_table, rounds_table, summary_table

__all__ = [
    "COLUMNS", "MetricsRow", "Progress", "PublishedFigure", "Sink", "against_full_table",
    "compare", "concatenate", "read_csv", "rounds_table", "rows_to_csv", "summarise",
    "summary_table", "write_summary",
]
