"""Documents: values in, tables and files out. They say what was judged and decided; they judge nothing themselves."""

from monitor.documents.document import Document
from monitor.documents.writing import write

__all__ = ["Document", "write"]
