"""The sessions collectors keep between their looks: visitor cookies in memory, a grant's tokens also sealed at rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple
from datetime import datetime, timedelta

from collectors.seal import Seal
from monitor.core.collector import Grant, Sealed


class KeptSession:
    """One collector's session for one grant; an implementation of core's `Session`."""

    def __init__(self, clock: Callable[[], datetime], grant: Grant | None = None) -> None:
        self.grant = grant
        self.lock = asyncio.Lock()
        """Held by a collector while it gets a new visitor session, so that looks at once get one together."""
        self._clock = clock
        self._kept: dict[str, tuple[str, datetime]] = {}
        self._unsaved: set[str] = set()

    def get(self, name: str) -> str | None:
        """Return what was put under the name, unless it is past its time."""
        value, until = self._kept.get(name, (None, None))
        if until is not None and self._clock() >= until:
            self.drop(name)
            return None
        return value

    def put(self, name: str, value: str, keep: timedelta) -> None:
        """Keep a value for a while."""
        self._kept[name] = (value, self._clock() + keep)
        self._unsaved.add(name)

    def drop(self, name: str) -> None:
        """Forget a value; forgetting what is not there is fine."""
        self._kept.pop(name, None)
        self._unsaved.discard(name)

    def unsaved(self) -> Iterator[tuple[str, str, datetime]]:
        """Yield name, value and end of what was put and is not known to lie at rest."""
        for name in sorted(self._unsaved):
            yield name, *self._kept[name]

    def saved(self, name: str, until: datetime) -> None:
        """Note that the value with this end lies at rest; one put since then does not."""
        if self._kept.get(name, ("", None))[1] == until:
            self._unsaved.discard(name)

    def restore(self, name: str, value: str, until: datetime) -> None:
        """Take back a value from a former life; what was put in this one stays."""
        self._kept.setdefault(name, (value, until))


class Sessions:
    """The sessions of all collectors: one for each collector and grant, never shared between owners.

    Without a seal nothing of them is to be written down, so a restart asks for new tokens. With one, a
    grant's values are; what a visitor got never is.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        grants: Mapping[tuple[str, str], Grant] | None = None,
        seal: Seal | None = None,
    ) -> None:
        """Take the grants by collector and name."""
        self.is_restored = seal is None or not grants
        """True if nothing lies at rest that should be here: `restore` is to be called once while this is False."""
        self._clock = clock
        self._grants = grants or {}
        self._seal = seal
        self._sessions: dict[tuple[str, str], KeptSession] = {}

    def of(self, collector: str, key: str = "") -> KeptSession:
        """Return the session for the grant that a source's key names, else the collector's own: the same each time."""
        grant = self._grants.get((collector, key))
        place = (collector, key if grant else "")
        if place not in self._sessions:
            self._sessions[place] = KeptSession(self._clock, grant)
        return self._sessions[place]

    def unsaved(self) -> tuple[Sealed, ...]:
        """Return what is to be kept at rest and is not yet, sealed; see `saved`."""
        if self._seal is None:
            return ()
        return tuple(
            Sealed(
                collector=collector,
                grant=grant,
                name=name,
                content=self._seal.close(value, _about(collector, grant, name, session.grant)),
                until=until,
            )
            for (collector, grant), session in self._sessions.items()
            if session.grant
            for name, value, until in session.unsaved()
        )

    def saved(self, kept: Iterable[Sealed]) -> None:
        """Note that these lie at rest now."""
        for sealed in kept:
            self.of(sealed.collector, sealed.grant).saved(sealed.name, sealed.until)

    def restore(self, kept: Iterable[Sealed]) -> None:
        """Take back what lay at rest, as far as it is ours and its grant is still the same."""
        self.is_restored = True
        for sealed in kept:
            session = self.of(sealed.collector, sealed.grant)
            if self._seal and session.grant:
                about = _about(sealed.collector, sealed.grant, sealed.name, session.grant)
                value = self._seal.open(sealed.content, about)
                if value is not None:
                    session.restore(sealed.name, value, sealed.until)


def _about(collector: str, named: str, name: str, grant: Grant) -> tuple[str, ...]:
    """Return what a value belongs to: also the grant itself, for a new one must not go on with the old one's tokens."""
    return (collector, named, name, *(part or "" for part in astuple(grant)))
