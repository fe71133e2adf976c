"""report.json: the checksums of all files of a report."""

from lth_keras.store.schemas.parts import Sha256, Strict, TableName, Text


class ReportSeal(Strict):
    """report.json without its seal.

    Attributes:
      made_of: the run's state, and checksums of what the report's numbers come from.
      files: {file of the run: its SHA-256}.
    """

    made_of: Text
    files: dict[TableName, Sha256]
