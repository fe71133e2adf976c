"""The form of each stored JSON file, one module for each; checked when it is written and read.

pydantic checks strictly: a number is not a string, and an unknown key is refused. If you add a key
to a stored file, name it here, with a default: stored runs do not have it.
"""

from lth_keras.store.schemas.analysis_files import AnalysisSummary, PieceFacts
from lth_keras.store.schemas.drawn_events_file import DrawnEvents
from lth_keras.store.schemas.export_card import ExportCard
from lth_keras.store.schemas.network_facts import NetworkFacts
from lth_keras.store.schemas.parts import checked
from lth_keras.store.schemas.report_seal_file import ReportSeal
from lth_keras.store.schemas.run_header import RunHeader
from lth_keras.store.schemas.ticket_card import TicketCard

__all__ = ["AnalysisSummary", "DrawnEvents", "ExportCard", "NetworkFacts", "PieceFacts",
           "ReportSeal", "RunHeader", "TicketCard", "checked"]
