"""Documents: values in, tables and files out. They say what was judged and decided; they judge nothing themselves."""

from monitor.documents.document import Attachment, Document, Form, Heading, Paragraph
from monitor.documents.writing import write

__all__ = ["Attachment", "Document", "Form", "Heading", "Paragraph", "write"]
