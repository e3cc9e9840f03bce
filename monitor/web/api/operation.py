"""One thing that the interface can be asked: its address, what it takes, who may, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, TypeVar

from pydantic import Field
from starlette.responses import Response

from monitor.actions.actor import Actor, Right
from monitor.actions.perform import Action, C, D
from monitor.core.token_scope import TokenScope
from monitor.queries.lists import Place
from monitor.queries.tokens import ShownToken
from monitor.store import Tx
from monitor.web.api.cursor import Kinds
from monitor.web.api.schema import Model
from monitor.web.page_context import PageContext

T = TypeVar("T")
LIMIT = 1000
"""Objects in one answer at most."""


class NoParameters(Model):
    """An address without parameters."""


class ListParameters(Model):
    """The parameters of every list."""

    cursor: Annotated[str, Field(max_length=6000, pattern="^[0-9A-Za-z_-]+$")] | None = None
    """从哪里接着列：上一页的 Link 中给出。"""
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = LIMIT
    """一页至多几条。"""


class OperationGroup(Enum):
    """What operations are about; the value is how the document calls it, the note what it says of it."""

    ACCOUNTS = "账号", "账号、判定、采集和发布。"
    CASES = "事项", "事项和处置决定。"
    LOOKS = "人工核查", "要人看的账号，登记和改正。"
    MESSAGES = "消息", "消息、放行和暂停提醒。"
    OFFICE = "办公室", "今日情况、待办、单位和单位提出的变更。"
    IMPORTS = "导入", "文件先上传核对，再按核对过的结果导入，可以撤回。"
    REPORTS = "报表", "到期和已生成的报表。"
    SYSTEM = "系统", "运行状态、设置、操作记录和令牌自身。"

    def __init__(self, label: str, note: str) -> None:
        """Keep both."""
        self.label = label
        self.note = note


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, checked."""

    context: PageContext
    actor: Actor
    now: datetime
    path: Mapping[str, str]
    parameters: Any
    """Of the operation's model."""
    given: Mapping[str, str]
    """The parameters as they were written, for the filters that pages have as well."""
    body: Any = None
    """Of the operation's model."""
    place: Place | None = None
    """Of a list: behind which object it goes on."""
    shown: ShownToken | None = None
    """The token that was shown; None where none was, or the settings' own."""

    @property
    def limit(self) -> int:
        """How many objects are read of a list: one more than are answered, which tells that there are more."""
        return int(self.parameters.limit) + 1

    async def perform(self, action: Action[C, D], command: C) -> D:
        """Return what an action returned, done by the caller now, and judged at once; raises RefusedError."""
        return await self.context.perform(action, command, actor=self.actor, now=self.now)

    async def query(self, read: Callable[[Tx], T]) -> T:
        """Return what a query reads."""
        return await self.context.store.query(read)


@dataclass(frozen=True, slots=True)
class Found:
    """The objects of one page of a list, with one more where there is another page, and the place of each."""

    objects: Sequence[object]
    places: Sequence[Place]


def found(objects: Sequence[T], place: Callable[[T], Place], shape: Callable[[T], object] | None = None) -> Found:
    """Return objects with their places."""
    return Found([shape(one) if shape else one for one in objects], [place(one) for one in objects])


def in_memory(
    objects: Iterable[T],
    call: Call,
    place: Callable[[T], Place],
    shape: Callable[[T], object] | None = None,
    *,
    is_descending: bool = False,
) -> Found:
    """Return a page of a list that is read as a whole, by its places: those behind where it goes on."""

    def is_behind(one: T) -> bool:
        return call.place is None or (place(one) < call.place if is_descending else place(one) > call.place)

    rest = sorted(filter(is_behind, objects), key=place, reverse=is_descending)
    return found(rest[: call.limit], place, shape)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an act."""

    status: int
    value: object


def done(sentence: str) -> Answer:
    """Return the answer to what was done and has no content but that."""
    return Answer(200, {"said": sentence})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address and method of the interface."""

    name: str
    """Its operationId."""
    path: str
    """In the form of routes: `{name}`, or `{name:path}` where slashes may be in it."""
    summary: str
    group: OperationGroup
    page: str = ""
    """The address of the page on which people do the same; empty where there is none."""
    right: Right
    """What whoever calls must be allowed, as on that page."""
    scope: TokenScope | None
    """What their token must be for; None for what every token lets its holder do."""
    is_own: bool = False
    """True if somebody of a unit may ask for it: it shows and does what is that unit's, and nothing else."""
    answer: type[Model]
    parameters: type[Model] = NoParameters
    path_notes: Mapping[str, str] = field(default_factory=dict)
    """What each part of the path is, in Chinese."""

    @property
    def is_safe(self) -> bool:
        """True if it changes nothing, so that where pages need no log-in nobody need show a token."""
        return isinstance(self, Reading | ListReading | Telling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Operation):
    """A GET: `read` returns an object, or None where there is none."""

    read: Callable[[Tx, Call], object | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling(Operation):
    """A GET of what is not in the database alone, or not at once."""

    tell: Callable[[Call], Awaitable[object | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading(Operation):
    """A GET of a list, page by page."""

    read: Callable[[Tx, Call], Found]
    parameters: type[Model] = ListParameters
    kinds: Kinds
    """Of what its places are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloading(Operation):
    """A GET of a file, which is kept in the audit log."""

    answer: type[Model] = NoParameters
    media: Sequence[str]
    take: Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting(Operation):
    """A POST that does something."""

    body: type[Model] | None = None
    act: Callable[[Call], Awaitable[Answer]]
    statuses: Mapping[int, str] = field(default_factory=lambda: {200: "办成了。"})
    """What each status of success or of a well-understood refusal means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploading(Acting):
    """A POST of a file, as it is; `act` finds where it was kept in `Call.body`."""
