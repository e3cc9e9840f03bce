"""What is kept of a far side's address and secret: sealed, where the office has a key for that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from monitor.core.web_hook import FORMER

_ABOUT = "web hook"
_OPEN = b"open:"
"""How what is kept begins that is not sealed, for want of a key."""


class TextSeal(Protocol):
    """What seals a text under a key, as `collectors.seal` does."""

    def close(self, text: str, about: Sequence[str]) -> bytes:
        """Return the text, sealed."""

    def open(self, sealed: bytes, about: Sequence[str]) -> str | None:
        """Return what was sealed about these words; None for anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSecret:
    """Where a far side is, and what its deliveries are signed with."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    former: str = field(default="", repr=False)
    """The secret before."""
    rotated_at: datetime | None = None

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """Return what is signed with now: the secret, and for a day the one before."""
        is_young = self.rotated_at is not None and now - self.rotated_at < FORMER
        return (self.secret, self.former) if self.former and is_young else (self.secret,)

    def rotated(self, secret: str, now: datetime) -> HookSecret:
        """Return the same far side with a new secret."""
        return replace(self, secret=secret, former=self.secret, rotated_at=now)


@dataclass(frozen=True, slots=True)
class HookVault:
    """Makes of a far side's address and secret what the database keeps, and opens it again."""

    seal: TextSeal | None = field(default=None, repr=False)

    def close(self, kept: HookSecret, name: str) -> bytes:
        """Return what is kept of a far side, by its name."""
        rotated = kept.rotated_at.isoformat() if kept.rotated_at else ""
        text = json.dumps([kept.url, kept.secret, kept.former, rotated])
        return _OPEN + text.encode() if self.seal is None else self.seal.close(text, (_ABOUT, name))

    def open(self, sealed: bytes, name: str) -> HookSecret | None:
        """Return what was kept; None where it was sealed under another key."""
        text = self._text(sealed, name)
        if text is None:
            return None
        url, secret, former, rotated = json.loads(text)
        at = datetime.fromisoformat(rotated) if rotated else None
        return HookSecret(url=url, secret=secret, former=former, rotated_at=at)

    def _text(self, sealed: bytes, name: str) -> str | None:
        if sealed.startswith(_OPEN):
            return sealed.removeprefix(_OPEN).decode()
        return self.seal.open(sealed, (_ABOUT, name)) if self.seal else None
