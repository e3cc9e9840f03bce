"""The pages: each reads what it shows in one transaction, off the event loop, and fills a template."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from monitor.core.case import LADDER, Case
from monitor.core.forms import FORMS
from monitor.core.light import Light
from monitor.core.message import MessageState
from monitor.core.way import ways_of
from monitor.metrics import CONTENT_TYPE
from monitor.pipeline.blindness import said
from monitor.queries.account import read_account
from monitor.queries.audit import read_acts
from monitor.queries.case import read_case
from monitor.queries.cases import read_cases
from monitor.queries.imports import read_imports
from monitor.queries.lines import AccountLine, OverviewContext, counts, lines_of
from monitor.queries.messages import read_message, read_messages, read_mutes
from monitor.queries.paging import ListSlice, slice_of
from monitor.queries.system import Visibility, advices, listings, looking, read_eyes
from monitor.store import StoreError, Tx
from monitor.store.blindness import blind_ways
from monitor.store.cases import Which, open_cases, tally
from monitor.store.notices import Said, told_on
from monitor.store.outages import open_outages
from monitor.store.outbox import counts as message_counts
from monitor.store.overview import OverviewRow, account_rows
from monitor.store.papers import missing_rounds, strays
from monitor.store.rereading import unstated
from monitor.web.chart import draw
from monitor.web.guard import API, headers_for, refusal
from monitor.web.page_context import PageContext, summed
from monitor.web.paging import whole
from monitor.web.situation import situation
from monitor.web.tasks import kind_of, tasks_of
from monitor.web.templating import Templates

LINES = 200
"""Accounts on one page of a list."""
GZIP_LEVEL = 3
"""Halves the time of the default for a tenth more bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All accounts, and what is under way about them."""

    rows: tuple[OverviewRow, ...]
    cases: dict[tuple[str, str], Case]
    messages: dict[MessageState, int]
    outages: int
    """How many platforms are suspended; the monitor being offline counts as one."""
    strays: int
    """How many rows of papers nobody answers to."""
    missing: int
    """How many rounds of bulletins are missing between known ones."""
    unstated: int
    """How many records say nothing that rules understand."""
    waiting: int
    """How many cases are the office's to do something about."""
    told: Mapping[Said, datetime | None]
    """When a unit was told of each step of the ladder; None where it has not heard of it."""

    def lines(self, moment: OverviewContext) -> tuple[AccountLine, ...]:
        """Return the lines of all accounts."""
        return lines_of(self.rows, self.cases, replace(moment, told=self.told))

    def beside(self, lines: Iterable[AccountLine]) -> tuple[tuple[OverviewRow, AccountLine], ...]:
        """Return each line with the row it was made of."""
        rows = {row.account.id: row for row in self.rows}
        return tuple((rows[line.account.id], line) for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesPage:
    """One page of a long list of lines."""

    lines: tuple[AccountLine, ...]
    turn: ListSlice


class Pages:
    """The handlers of all pages."""

    def __init__(self, view: PageContext) -> None:
        """Take what the pages need."""
        self._view = view
        self._templates = Templates(view)

    async def overview(self, request: Request) -> Response:
        """Answer `/`: the situation, today's tasks and the matrix."""
        moment = self._view.moment()
        everything = await self._view.store.query(lambda tx: _read_everything(tx, moment.now))
        if not everything.rows:
            return self._html("empty.html", moment)
        lines = everything.lines(moment)
        light = next((one for one in Light if one.value == request.query_params.get("light")), None)
        last_look = max((row.last_look_at for row in everything.rows if row.last_look_at), default=None)
        return self._html(
            "overview.html",
            moment,
            sheet=_sheet([line for line in lines if light in {None, line.light}], request),
            light=light,
            counts=counts(lines),
            mains=sum(line.account.is_main for line in lines),
            situation=situation(counts(lines), last_look, moment.now),
            starting=self._view.is_starting(),
            tasks=tuple(
                tasks_of(
                    everything.messages,
                    everything.beside(lines),
                    everything.outages,
                    everything.strays,
                    everything.waiting,
                    everything.missing,
                    everything.unstated,
                    has_channels=self._view.has_channels,
                )
            ),
        )

    async def accounts(self, request: Request) -> Response:
        """Answer `/accounts`: the list, searched by name, unit or id; or those that one task is about."""
        moment = self._view.moment()
        everything = await self._view.store.query(lambda tx: _read_everything(tx, moment.now))
        wanted = request.query_params.get("q", "").strip()
        task = kind_of(request.query_params.get("task", ""))
        lines = [
            line
            for row, line in everything.beside(everything.lines(moment))
            if _matches(row, wanted) and (task is None or task.concerns(row, line))
        ]
        lines.sort(key=lambda line: (line.account.unit, line.account.area, line.account.id))
        return self._html("accounts.html", moment, sheet=_sheet(lines, request), wanted=wanted, task=task)

    async def account(self, request: Request) -> Response:
        """Answer `/accounts/{id}`."""
        moment = self._view.moment()
        page = await self._view.store.query(lambda tx: read_account(tx, request.path_params["account_id"], moment))
        if page is None:
            raise HTTPException(404, "台账中没有这个账号，请核对编号。")
        chart = draw(
            page.posted,
            moment.today,
            moment.ladder.limit,
            opened=page.opened_on,
            deadline=page.line.deadline,
            is_sure=page.is_sure,
        )
        return self._html("account.html", moment, page=page, chart=chart)

    async def cases(self, request: Request) -> Response:
        """Answer `/cases`: those under way, the office's own, or all; of one rule or of every one."""
        which = next((one for one in Which if one.value == request.query_params.get("state")), Which.OPEN)
        rule = request.query_params.get("rule", "")
        page = _number(request)
        sheet = await self._view.store.query(lambda tx: read_cases(tx, which, rule=rule, page=page))
        return self._html("cases.html", self._view.moment(), sheet=sheet, which=which.value, rule=rule)

    async def case(self, request: Request) -> Response:
        """Answer `/cases/{id}`: why there is a case, and all that was done about it."""
        moment = self._view.moment()
        number = whole(request.path_params["number"])
        page = await self._view.store.query(lambda tx: read_case(tx, number, moment)) if number else None
        if page is None:
            raise HTTPException(404, "没有这个事项，请核对编号。")
        return self._html("case.html", moment, page=page)

    async def messages(self, request: Request) -> Response:
        """Answer `/messages`: the latest, or those in one state."""
        moment = self._view.moment()
        state = next((one for one in MessageState if one.value == request.query_params.get("state")), None)
        states = None if state is None else (state,)
        can_leave = self._view.has_channels
        sent, counted, mutes = await self._view.store.query(
            lambda tx: (read_messages(tx, states), message_counts(tx), read_mutes(tx, moment.today))
        )
        return self._html(
            "messages.html", moment, sent=sent, state=state, counts=counted, mutes=mutes, has_channels=can_leave
        )

    async def message(self, request: Request) -> Response:
        """Answer `/messages/{id}`: the words as sent."""
        sent = await self._view.store.query(lambda tx: read_message(tx, request.path_params["message_id"]))
        if sent is None:
            raise HTTPException(404, "没有这条消息，请核对编号。")
        return self._html("message.html", self._view.moment(), sent=sent)

    async def imports(self, request: Request) -> Response:
        """Answer `/imports`: the files that came in, and the rows that nobody answers to."""
        page = await self._view.store.query(read_imports)
        return self._html("imports.html", self._view.moment(), page=page, forms=FORMS)

    async def system(self, request: Request) -> Response:
        """Answer `/system`: how the monitor itself stands; shown also when the database is in trouble."""
        moment = self._view.moment()
        view = self._view
        trouble = None
        try:
            everything = await view.store.query(lambda tx: _read_everything(tx, moment.now))
            eyes = await view.store.query(lambda tx: read_eyes(tx, moment.now, view.canaries()))
            blind = await view.store.query(
                lambda tx: tuple(said(way, moment.today) for way in blind_ways(tx, moment.now))
            )
        except StoreError as error:
            everything, eyes, blind, trouble = None, Visibility(), (), str(error)
        return self._html(
            "system.html",
            moment,
            trouble=trouble,
            starting=self._view.is_starting(),
            problems=await view.problems(),
            passes=summed(view.passes()),
            looking=tuple(looking(everything.rows)) if everything else (),
            eyes=eyes,
            blind=blind,
            advices=tuple(advices(everything.rows)) if everything else (),
            ways=tuple(way for one in eyes.platforms for way in ways_of(one.platform)),
            unwatched=tuple(view.unwatched(listings(everything.rows))) if everything else (),
            hints=(*view.notices(), *view.hints),
            counts=everything.messages if everything else {},
            years=sorted(view.calendar.years & {moment.today.year, moment.today.year + 1}),
        )

    async def audit(self, request: Request) -> Response:
        """Answer `/audit`: who did what."""
        page = _number(request)
        sheet = await self._view.store.query(lambda tx: read_acts(tx, page))
        return self._html("audit.html", self._view.moment(), sheet=sheet)

    async def healthz(self, request: Request) -> Response:
        """Answer `/healthz`: the event loop is alive."""
        return PlainTextResponse("ok")

    async def readyz(self, request: Request) -> Response:
        """Answer `/readyz`: whether the program does its work, and if not, why."""
        problems = list(await self._view.problems())
        said: dict[str, object] = {
            "ready": not problems,
            "starting": not problems and self._view.is_starting(),
            "standing_by": self._view.is_standing_by(),
            "problems": problems,
        }
        if notices := list(self._view.notices()):
            said["notices"] = notices
        return JSONResponse(said, 503 if problems else 200)

    async def metrics(self, request: Request) -> Response:
        """Answer `/metrics`; without a database there is no state to tell, and Prometheus must see that."""
        return await self._scraped(self._view.metrics, request)

    async def account_metrics(self, request: Request) -> Response:
        """Answer `/metrics/accounts`."""
        return await self._scraped(self._view.account_metrics, request)

    async def _scraped(self, scrape: Callable[[], Awaitable[bytes]], request: Request) -> Response:
        try:
            text = await scrape()
        except StoreError as error:
            return PlainTextResponse(str(error), 503)
        headers = {"Content-Type": CONTENT_TYPE, "Vary": "Accept-Encoding"}
        if takes_gzip(request.headers.get("accept-encoding", "")):
            text = await asyncio.to_thread(gzip.compress, text, GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Response(text, headers=headers)

    async def not_answered(self, request: Request, error: Exception) -> Response:
        """Answer a request that leads nowhere."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        sentence = "没有这个页面，请核对网址。" if status == 404 else "页面不支持这样的请求，请返回总览重新打开。"  # noqa: PLR2004 - HTTP's own number
        own = isinstance(error, HTTPException) and not error.detail.isascii()
        answer = self._error(request, status, error.detail if own and isinstance(error, HTTPException) else sentence)
        if isinstance(error, HTTPException) and error.headers:
            answer.headers.update(error.headers)
        return answer

    async def no_database(self, request: Request, error: Exception) -> Response:
        """Answer when the database cannot be used."""
        return self._error(request, 503, str(error))

    async def broken(self, request: Request, error: Exception) -> Response:
        """Answer when the page has a fault of ours."""
        answer = self._error(
            request, 500, "页面出错，监测工作不受影响。请稍后重试；仍出现的，请将时间和网址告知技术人员。"
        )
        answer.headers.update(headers_for(request.url.path))  # Starlette answers faults outside of the guard
        return answer

    def _error(self, request: Request, status: int, sentence: str) -> Response:
        if request.url.path.startswith(API):
            return refusal(request.url.path, status, sentence)
        return self._html("error.html", self._view.moment(), status=status, sentence=sentence)

    def _html(self, template: str, moment: OverviewContext, *, status: int = 200, **values: object) -> Response:
        return HTMLResponse(self._templates.fill(template, moment, status=status, **values), status)


def _read_everything(tx: Tx, now: datetime) -> Everything:
    rows = account_rows(tx, now)
    with_case = [row.account.id for row in rows if row.open_cases]
    cases = open_cases(tx, with_case)
    return Everything(
        rows=rows,
        cases=cases,
        messages=message_counts(tx),
        outages=len(open_outages(tx)),
        strays=len(strays(tx)),
        missing=sum(hole.size for hole in missing_rounds(tx)),
        unstated=len(unstated(tx)),
        waiting=sum(tally(tx, Which.OFFICE).values()),
        told=told_on(tx, [case.id for (_, rule), case in cases.items() if rule == LADDER]),
    )


def _sheet(lines: Collection[AccountLine], request: Request) -> LinesPage:
    turn = slice_of(_number(request), len(lines), LINES)
    return LinesPage(lines=tuple(lines)[turn.skip : turn.skip + LINES], turn=turn)


def _number(request: Request) -> int:
    """Return which page of a list is asked for: from 1 on, and 1 for what is no number."""
    return whole(request.query_params.get("page", "")) or 1


def _matches(row: OverviewRow, wanted: str) -> bool:
    account = row.account
    return any(wanted.casefold() in text.casefold() for text in (account.name, account.unit, account.area, account.id))


def takes_gzip(accepted: str) -> bool:
    """Whether a header `Accept-Encoding` asks for gzip by name, and does not refuse it with `q=0`."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
