"""Why something that an office asked for cannot be done."""

from __future__ import annotations


class RefusedError(Exception):
    """It cannot be done, and nothing was written; the argument is the sentence for whoever asked, in Chinese."""
