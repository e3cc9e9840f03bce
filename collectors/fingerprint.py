"""The port between the reader and what knows answers again that read the same, though their bytes differ.

A module whose parser has one names it `FINGERPRINT`, beside the parser; a parser with settings of its own has none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from collectors import html
from monitor.core.collector import Continuation, Page
from monitor.core.observation import LookFailedError, Seen, Timeline


class Fingerprint(Protocol):
    """How the answers that one parser reads are known again.

    Two with the same fingerprint are read the same, as long as the first one's reading would be no other by then
    (`dates.other_readings`). One that is not sure says no.
    """

    @property
    def parse(self) -> Callable[[Page], Timeline]:
        """The parser."""

    def of(self, page: Page, watched: html.Watched) -> str | None:
        """Return the fingerprint of an answer that was just read, and watched; None where it has none."""

    def fits(self, page: Page, fingerprint: str) -> bool:
        """True if an answer has this fingerprint."""


@dataclass(frozen=True, slots=True)
class InputFingerprint:
    """How answers are known again by what a parser makes its reading of: `input_of` returns that, all of it."""

    parse: Callable[[Page], Timeline]
    input_of: Callable[[Page], object]
    """Returns None for an answer that is to be read each time; raises LookFailedError as the parser does."""

    def of(self, page: Page, _: html.Watched) -> str | None:
        """Return the fingerprint of an answer that was just read."""
        found = self.input_of(page)
        return None if found is None else sha256(repr(found).encode("utf-8", "backslashreplace")).hexdigest()[:32]

    def fits(self, page: Page, fingerprint: str) -> bool:
        """True if an answer has this fingerprint."""
        try:
            return self.of(page, html.Watched()) == fingerprint
        except LookFailedError:
            return False


def of_parser(parse: Callable[[Page], Seen | Continuation]) -> Fingerprint | None:
    """Return how answers are known again that a parser reads; None where they are not."""
    module = sys.modules.get(getattr(parse, "__module__", ""))
    found: Fingerprint | None = getattr(module, "FINGERPRINT", None)
    return found if found is not None and found.parse is parse else None
