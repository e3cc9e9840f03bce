"""Documents: values in, tables and files out. They say what was judged and decided; they judge nothing themselves."""

from monitor.documents.deductions import deductions
from monitor.documents.deregistration import deregistration
from monitor.documents.document import Column, Document, Guidance, Table, Value
from monitor.documents.dossier import Dossier, gaps_of
from monitor.documents.period import BadPeriodError, Period
from monitor.documents.review import review
from monitor.documents.writing import NotWrittenError, write

__all__ = [
    "BadPeriodError",
    "Column",
    "Document",
    "Dossier",
    "Guidance",
    "NotWrittenError",
    "Period",
    "Table",
    "Value",
    "deductions",
    "deregistration",
    "gaps_of",
    "review",
    "write",
]
