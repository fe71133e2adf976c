"""What each stored JSON file may hold, a module each: checked when it is written and when read.

pydantic, strict: a number is no string, and a key that nobody names is refused. Who adds a key to
a stored file names it here; keys that older runs lack have a default.
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
