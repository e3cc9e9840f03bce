"""The port between the reader and what knows answers again that read the same, though their bytes differ.

A module whose parser has one names it `FINGERPRINT`, beside the parser. A parser with settings of its own (a partial)
has one only where these belong to what it is made of.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
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
    def parse(self) -> Callable[[Page], Timeline | Continuation]:
        """The parser."""

    def of(self, page: Page, watched: html.Watched) -> str | None:
        """Return the fingerprint of an answer that was just read, and watched; None where it has none."""

    def fits(self, page: Page, fingerprint: str) -> bool:
        """True if an answer has this fingerprint."""


@dataclass(frozen=True, slots=True)
class InputFingerprint:
    """How answers are known again by what a parser makes its reading of: `input_of` returns that, all of it."""

    parse: Callable[..., Timeline | Continuation]
    input_of: Callable[..., object]
    """Takes what the parser takes.

    Returns None for an answer that is to be read each time; raises LookFailedError as the parser does.
    """
    settings: Mapping[str, object] = field(default_factory=dict)
    """What the parser is given besides the answer."""

    def of(self, page: Page, _: html.Watched) -> str | None:
        """Return the fingerprint of an answer that was just read."""
        found = self.input_of(page, **self.settings)
        return None if found is None else sha256(repr(found).encode("utf-8", "backslashreplace")).hexdigest()[:32]

    def fits(self, page: Page, fingerprint: str) -> bool:
        """True if an answer has this fingerprint."""
        try:
            return self.of(page, html.Watched()) == fingerprint
        except LookFailedError:
            return False


def of_parser(parse: Callable[[Page], Seen | Continuation]) -> Fingerprint | None:
    """Return how answers are known again that a parser reads; None where they are not."""
    whole, settings = (parse.func, parse.keywords) if isinstance(parse, partial) else (parse, {})
    module = sys.modules.get(getattr(whole, "__module__", ""))
    found: Fingerprint | None = getattr(module, "FINGERPRINT", None)
    if found is None or found.parse is not whole:
        return None
    if not settings:
        return found
    return replace(found, settings=settings) if isinstance(found, InputFingerprint) else None
