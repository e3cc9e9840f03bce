"""What is said when a document cannot be written."""

from __future__ import annotations


class NotWrittenError(Exception):
    """A document could not be written; the argument is the sentence for the person who asked, in Chinese."""
