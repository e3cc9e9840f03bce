"""The outside, canned: typed, small, and without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.core.collector import Grant, Page, Request, SeenT
from monitor.core.observation import LookFailedError, Reason

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Noon in Beijing, on a Friday."""


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is moved."""

    moment: datetime = AT

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, by: timedelta) -> None:
        self.moment += by


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """One answer of the far side, or the exception that takes its place."""

    body: str | bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Exception | None = None
    url: str | None = None
    """Where the answer came from, if the request was redirected."""


class CannedFetch:
    """Answers by a piece of the address, the last that fits; several answers come one after the other.

    `requests` holds what was asked for. What nobody canned is refused as not to be reached.
    """

    def __init__(self, answers: Mapping[str, Canned | Sequence[Canned]], at: datetime = AT) -> None:
        self.at = at
        self.requests: list[Request] = []
        self._answers = {
            piece: [answer] if isinstance(answer, Canned) else list(answer) for piece, answer in answers.items()
        }

    def can(self, piece: str, answer: Canned) -> None:
        """Answer otherwise from now on."""
        self._answers[piece] = [answer]

    async def __call__(self, request: Request, /) -> Page:
        """Return the next answer; the last one stays."""
        self.requests.append(request)
        fitting = [piece for piece in self._answers if piece in request.url]
        if not fitting:
            raise LookFailedError(Reason.CONNECT, request.url)
        answers = self._answers[fitting[-1]]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.error:
            raise answer.error
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        return Page(url=answer.url or request.url, status=answer.status, headers=answer.headers, body=body, at=self.at)

    async def read(self, parse: Callable[[Page], SeenT], page: Page, /) -> SeenT:
        """Return what the parser says, at once."""
        return parse(page)

    @property
    def urls(self) -> list[str]:
        """The addresses asked for, in order."""
        return [request.url for request in self.requests]


class MemorySession:
    """A session that keeps everything until it is dropped."""

    def __init__(self, grant: Grant | None = None, **kept: str) -> None:
        self.grant = grant
        self.kept = dict(kept)

    def get(self, name: str) -> str | None:
        """Return what was put under the name."""
        return self.kept.get(name)

    def put(self, name: str, value: str, keep: timedelta) -> None:
        """Keep a value."""
        self.kept[name] = value

    def drop(self, name: str) -> None:
        """Forget a value."""
        self.kept.pop(name, None)
