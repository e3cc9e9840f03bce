"""The pages: each reads what it shows in one transaction, off the event loop, and fills a template."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from monitor.core.forms import FORMS
from monitor.core.light import Light
from monitor.core.message import MessageState
from monitor.core.way import ways_of
from monitor.metrics import CONTENT_TYPE
from monitor.pipeline.blindness import said
from monitor.queries.account import read_account
from monitor.queries.accounts import read_accounts
from monitor.queries.audit import read_acts
from monitor.queries.case import read_case
from monitor.queries.cases import Which, read_cases
from monitor.queries.imports import read_imports
from monitor.queries.lines import OverviewContext
from monitor.queries.messages import read_message, read_messages
from monitor.queries.overview import read_overview
from monitor.queries.system import SystemPage, read_system
from monitor.queries.tasks import text_of
from monitor.store import StoreError
from monitor.web.chart import draw
from monitor.web.guard import API, headers_for, refusal
from monitor.web.page_context import PageContext, summed
from monitor.web.paging import whole
from monitor.web.situation import situation
from monitor.web.templating import Templates

GZIP_LEVEL = 3
"""Halves the time of the default for a tenth more bytes."""


class Pages:
    """The handlers of all pages."""

    def __init__(self, view: PageContext) -> None:
        """Take what the pages need."""
        self._view = view
        self._templates = Templates(view)

    async def overview(self, request: Request) -> Response:
        """Answer `/`: the situation, today's tasks and the matrix."""
        moment, has_channels = self._view.moment(), self._view.has_channels
        light = next((one for one in Light if one.value == request.query_params.get("light")), None)
        number = _number(request)
        page = await self._view.store.query(
            lambda tx: read_overview(tx, moment, light=light, page=number, has_channels=has_channels)
        )
        if page is None:
            return self._html("empty.html", moment)
        return self._html(
            "overview.html",
            moment,
            sheet=page.sheet,
            light=light,
            counts=page.counts.of,
            mains=page.counts.mains,
            situation=situation(page.counts.of, page.last_look, moment.now),
            starting=self._view.is_starting(),
            tasks=page.tasks,
        )

    async def accounts(self, request: Request) -> Response:
        """Answer `/accounts`: the list, searched by name, unit or id; or those that one task is about."""
        moment, number = self._view.moment(), _number(request)
        wanted = request.query_params.get("q", "").strip()
        task = text_of(request.query_params.get("task", ""))
        sheet = await self._view.store.query(
            lambda tx: read_accounts(tx, moment, wanted=wanted, task=task.key if task else None, page=number)
        )
        return self._html("accounts.html", moment, sheet=sheet, wanted=wanted, task=task)

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
        page = await self._view.store.query(lambda tx: read_messages(tx, state, moment.today))
        return self._html(
            "messages.html",
            moment,
            sent=page.sent,
            state=state,
            counts=page.counts,
            mutes=page.mutes,
            has_channels=self._view.has_channels,
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
            page = await view.store.query(lambda tx: read_system(tx, moment.now, view.canaries()))
        except StoreError as error:
            page, trouble = SystemPage(), str(error)
        eyes = page.eyes
        return self._html(
            "system.html",
            moment,
            trouble=trouble,
            starting=self._view.is_starting(),
            problems=await view.problems(),
            passes=summed(view.passes()),
            looking=page.looking,
            eyes=eyes,
            blind=tuple(said(way, moment.today) for way in page.blind),
            advices=page.advices,
            ways=tuple(way for one in eyes.platforms for way in ways_of(one.platform)),
            unwatched=tuple(view.unwatched(page.listings)),
            hints=(*view.notices(), *view.hints),
            counts=page.messages,
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


def _number(request: Request) -> int:
    """Return which page of a list is asked for: from 1 on, and 1 for what is no number."""
    return whole(request.query_params.get("page", "")) or 1


def takes_gzip(accepted: str) -> bool:
    """Whether a header `Accept-Encoding` asks for gzip by name, and does not refuse it with `q=0`."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
