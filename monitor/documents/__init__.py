"""Documents: values in, tables and files out. They say what was judged and decided; they judge nothing themselves."""

from monitor.documents.document import Attachment, Document, DocumentLayout, Paragraph, SectionHeading
from monitor.documents.writing import write

__all__ = ["Attachment", "Document", "DocumentLayout", "Paragraph", "SectionHeading", "write"]
