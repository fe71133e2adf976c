"""report.json: the checksums of all that a report consists of."""

from lth_keras.store.schemas.parts import Sha256, Strict, TableName, Text


class ReportSeal(Strict):
    """report.json without its seal.

    Attributes:
      made_of: the state that the page tells of, and what its numbers come from.
      files: {file of the run: its SHA-256}.
    """

    made_of: Text
    files: dict[TableName, Sha256]
