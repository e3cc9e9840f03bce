"""Who asks for something to be done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whoever asks for something: as the audit log keeps them (see `monitor.store.audit.Act`)."""

    name: str
    """What they are called, where they do not say who decided."""
    login: str = ""
    address: str = ""
