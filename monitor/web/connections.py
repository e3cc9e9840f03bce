"""The limits of one connection to the web server: time for each part of a request, and a number of connections.

A client costs a file descriptor and memory for as long as it pleases: half a request, a body that never ends, an answer
that is never fetched. Each part has its time here. Where all places are taken it is not the newcomer who is turned
away, which may be the question whether the service lives, but who has done least with a place.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_HEAD = 16 * 1024
"""Bytes of a request's line and headers."""
MOST = 256
"""Connections at once, where the process may have a thousand files open or more."""
FEWEST = 16
_SHARE = 4
"""The largest share of the files that the process may have open for the pages: the rest is for looking and sending."""
_ONE_HOME = 64
"""Bits of an IPv6 address that are one network's: the owner of one of its addresses has all of them."""

Net = IPv4Network | IPv6Network


class RequestStage(IntEnum):
    """How far the request has come that a connection has now; the lower, the less is lost with it."""

    HEAD = 0
    """None, or not all of its headers."""
    BODY = 1
    SENT = 2
    """Answered, and the answer is not fetched."""
    WORK = 3
    """It is being answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of the web server one connection, one peer and all of them together may take; times in seconds."""

    most: int
    """Connections at once; those of one address are half of them at most."""
    head: float = 10
    """Also between two requests."""
    body: float = 20
    answer: float = 60
    """From the end of the request until the far side has all of the answer."""
    pace: float = 1
    """Between two looks at all of them."""

    @classmethod
    def here(cls) -> Limits:
        """Return what this process can afford."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return cls(most=MOST if files < 0 else min(MOST, max(FEWEST, files // _SHARE)))


class Connection(H11Protocol):
    """One connection; `Connections` watches over its time."""

    stage = RequestStage.HEAD
    since = 0.0
    """Since when it is at this stage, on the loop's clock."""
    _seen: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin with an empty request."""
        super().connection_made(transport)
        self.since = self.loop.time()

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.client[0] if self.client else ""

    @cached_property
    def peer(self) -> str:
        """The key of its client: an IPv4 address, or the network of an IPv6 one."""
        return home_of(self.address)

    def look(self, now: float) -> None:
        """Take down how far it has come by now."""
        stage = self._reached()
        if stage is not self.stage or self.cycle is not self._seen:
            self.stage, self.since, self._seen = stage, now, self.cycle

    def _reached(self) -> RequestStage:
        waits = self.transport.get_write_buffer_size() > 0
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]  # None before a request
            return RequestStage.SENT if waits else RequestStage.HEAD
        if self.cycle.more_body:
            return RequestStage.BODY
        return RequestStage.SENT if waits else RequestStage.WORK

    def drop(self) -> None:
        """End it, and what it still waits for."""
        self.connections.discard(self)
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()


@dataclass(slots=True, kw_only=True)
class Connections:
    """All connections of one server."""

    limits: Limits
    open: Collection[Connection]
    clock: Callable[[], float]
    trusted: tuple[Net, ...] = ()
    """Proxies: what comes from them is of many peers."""
    most: int = field(init=False)
    """How many there may be now: fewer than the limit, for a while, where the process had no file left."""

    def __post_init__(self) -> None:
        self.most = self.limits.most

    def fit(self) -> None:
        """Have no more than there may be, at the cost of those who have done least with their place.

        All that comes over a proxy is of one address, so its share is not counted.
        """
        now = self.clock()
        for connection in self.open:
            connection.look(now)
        counted = Counter(connection.peer for connection in self.open)
        for peer in [peer for peer, count in counted.items() if count > self._share]:
            count, own = counted[peer], [connection for connection in self.open if connection.peer == peer]
            if not is_among(own[0].address, self.trusted):
                for connection in _least(own)[: count - self._share]:
                    connection.drop()
        while len(self.open) > self.most:
            self._let_go()

    @property
    def _share(self) -> int:
        """How many one address may have."""
        return max(1, self.most // 2)

    def shrink(self) -> None:
        """Give a quarter of the files back that connections hold: the process has none left for anything."""
        self.most = max(1, len(self.open) * 3 // 4)
        while len(self.open) > self.most:
            self._let_go()

    def _let_go(self) -> None:
        """Drop the connection that has done least with its place, of the peer that has most."""
        counted = Counter(connection.peer for connection in self.open)
        most = max(counted.values())
        _least([connection for connection in self.open if counted[connection.peer] == most])[0].drop()

    def sweep(self) -> None:
        """Drop the connections whose time is over; of the files that were given back, take one again."""
        now, limits = self.clock(), self.limits
        self.most = min(self.most + 1, limits.most)
        times = {
            RequestStage.HEAD: limits.head,
            RequestStage.BODY: limits.body,
            RequestStage.SENT: limits.answer,
            RequestStage.WORK: limits.answer,
        }
        for connection in tuple(self.open):
            connection.look(now)
            if now - connection.since > times[connection.stage]:
                connection.drop()


def _least(some: Iterable[Connection]) -> list[Connection]:
    """Return connections, who has done least first: the oldest of the lowest stage; of those in work, the newest."""
    return sorted(
        some, key=lambda entry: (entry.stage, -entry.since if entry.stage is RequestStage.WORK else entry.since)
    )


def home_of(address: str) -> str:
    """Return whose an address is: itself, or of IPv6 the network that one customer has."""
    found = _parsed(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _ONE_HOME), strict=False))
    return address if found is None else str(found)


def is_among(address: str, nets: Iterable[Net]) -> bool:
    """True if an address lies in one of the networks."""
    found = _parsed(address)
    return found is not None and any(found in net for net in nets if net.version == found.version)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


class Seldom(logging.Filter):
    """Lets a warning of one kind through once a minute: far sides can make as many as they please."""

    EVERY = 60.0

    def __init__(self, clock: Callable[[], float]) -> None:
        """Let the first of each kind through."""
        super().__init__()
        self._clock = clock
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be written."""
        if record.levelno > logging.WARNING:
            return True
        now = self._clock()
        if now - self._said.get(record.msg, -self.EVERY) < self.EVERY:
            return False
        self._said[record.msg] = now
        return True
