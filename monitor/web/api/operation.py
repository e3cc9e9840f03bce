"""One thing that the interface can be asked: its address, what it takes, who may, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from monitor.actions.actor import Actor
from monitor.actions.perform import Action, C, D, perform_async
from monitor.core.token_scope import TokenScope
from monitor.queries.lists import Place
from monitor.store import Tx
from monitor.web.api.cursor import Kinds
from monitor.web.api.schema import Model
from monitor.web.page_context import PageContext

LIMIT = 1000
"""Objects in one answer at most."""


class NoParameters(Model):
    """An address without parameters."""


class ListParameters(Model):
    """The parameters of every list."""

    cursor: Annotated[str, Field(max_length=2000, pattern="^[0-9A-Za-z_-]+$")] | None = None
    """从哪里接着列：上一页的 Link 中给出。"""
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = LIMIT
    """一页至多几条。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, checked."""

    context: PageContext
    actor: Actor
    now: datetime
    path: Mapping[str, str]
    parameters: Any
    """Of the operation's model."""
    body: Any = None
    """Of the operation's model."""
    place: Place | None = None
    """Of a list: behind which object it goes on."""

    async def perform(self, action: Action[C, D], command: C) -> D:
        """Return what an action returned, done by the caller now; raises RefusedError."""
        return await perform_async(self.context.store, action, command, actor=self.actor, now=self.now)


@dataclass(frozen=True, slots=True)
class Found:
    """The objects of one page of a list, with one more where there is another page, and the place of each."""

    objects: Sequence[Mapping[str, object]]
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an act."""

    status: int
    value: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address and method of the interface."""

    name: str
    """Its operationId."""
    path: str
    """In the form of routes: `{name}`, or `{name:path}` where slashes may be in it."""
    summary: str
    scope: TokenScope
    answer: type[Model]
    parameters: type[Model] = NoParameters
    path_notes: Mapping[str, str] = field(default_factory=dict)
    """What each part of the path is, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Operation):
    """A GET: `read` returns an object, or None where there is none."""

    read: Callable[[Tx, Call], Mapping[str, object] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading(Operation):
    """A GET of a list, page by page; with one place of one value that never comes, a list without pages."""

    read: Callable[[Tx, Call], Found]
    kinds: Kinds = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting(Operation):
    """A POST that does something."""

    body: type[Model] | None
    act: Callable[[Call], Awaitable[Answer]]
    statuses: Mapping[int, str]
    """What each status of success or of a well-understood refusal means."""
