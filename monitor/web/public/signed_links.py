"""`/k/{token}`: the page of a unit that a signed link of a message opens, for people who have no login."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from monitor.actions.acknowledge import AcknowledgeByLinkCommand, acknowledge_by_link
from monitor.actions.perform import perform_async
from monitor.actions.refused import LinkRefusedError, OutOfReachError, RefusedError
from monitor.core.ics import calendar_file
from monitor.core.token import Permit, Purpose, Refused
from monitor.queries.unit_page import LinkPage, read_calendar, read_link
from monitor.store import Tx
from monitor.web.bodies import LongRequestError
from monitor.web.page_context import PageContext
from monitor.web.permits import holder, said
from monitor.web.refusals import Refusals, address_of
from monitor.web.templating import Templates
from monitor.web.unit_forms import UnitAnswer, UnitForms

_ACKNOWLEDGED = "已记录由您负责。例行提醒暂停，更新期限不变；更新或恢复后自动办结。"
_TOO_LONG = "内容过长，没有登记。请只粘贴一条内容的分享文字或链接。"
_STATUS = {Refused.FORGED: 403, Refused.EXPIRED: 410, Refused.REVOKED: 410, Refused.OVER: 410}
_BY_PURPOSE = {Purpose.ACKNOWLEDGE: "acknowledge", Purpose.PASTE: "paste", Purpose.UNIT: ""}
"""What a form does that does not say it: those of pages that were opened before an update of the program."""
_NO_CALENDAR = "这个日历已停用，请在本单位页面重新生成订阅地址。"


class Keys:
    """The handlers of the page."""

    def __init__(self, view: PageContext, refusals: Refusals) -> None:
        """Take what the page needs."""
        self._view = view
        self._templates = Templates(view)
        self._refusals = refusals
        self._forms = UnitForms(view)

    async def opened(self, request: Request) -> Response:
        """Answer GET: the page of the unit. It changes nothing."""
        found = await self._link(request)
        return self._refused(found) if isinstance(found, Refused) else self._page(found)

    async def used(self, request: Request) -> Response:
        """Answer POST: do what the form says."""
        found = await self._link(request)
        if isinstance(found, Refused):
            await self._refusals.note(request, "link refuse", found.value)
            return self._refused(found)
        try:
            fields = await said(request)
        except LongRequestError:
            return self._page(found, UnitAnswer(sentence=_TOO_LONG, status=413))
        try:
            answer = await self._done(request, found, fields)
        except LinkRefusedError as error:
            await self._refusals.note(request, "link refuse", error.refused.value)
            return self._refused(error.refused)
        except OutOfReachError:
            answer = UnitAnswer(sentence="本链接只能用于贵单位的账号，没有登记。", status=404)
        except RefusedError as error:
            status = HTTPStatus.CONFLICT if not error.fields else HTTPStatus.UNPROCESSABLE_ENTITY
            answer = UnitAnswer.refused(error, fields, status)
        after = await self._link(request)
        return self._page(found if isinstance(after, Refused) else after, answer)

    async def calendar(self, request: Request) -> Response:
        """Answer GET of a subscription: the deadlines of a unit's accounts, for calendar programs."""
        view, moment = self._view, self._view.moment()
        key = view.permits.key if view.permits else None
        number = key.read_calendar(request.path_params["token"]) if key else None
        found = await view.store.query(lambda tx: read_calendar(tx, number, moment)) if number else None
        if found is None:
            return PlainTextResponse(_NO_CALENDAR, 404 if number is None else 410)
        unit, days = found
        body = calendar_file(f"{unit.name}政务新媒体更新期限", days, now=moment.now)
        return Response(body, media_type="text/calendar; charset=utf-8")

    async def _done(self, request: Request, found: LinkPage, fields: Mapping[str, tuple[str, ...]]) -> UnitAnswer:
        act = next(iter(fields.get("act", ())), "") or _BY_PURPOSE[found.permit.purpose]
        if act == "acknowledge":
            return await self._acknowledged(request, found)
        account = next(iter(fields.get("account", ())), "")
        if act == "paste" and account in found.told and found.page.account(account) is None:
            return UnitAnswer(sentence="这个账号已不在贵单位台账中，没有登记。如有疑问，请打电话。", status=404)
        actor = holder(found, address_of(request), found.page.unit_of(account))
        return await self._forms.answer(act, fields, found.page, actor=actor, permit=found.permit)

    async def _acknowledged(self, request: Request, found: LinkPage) -> UnitAnswer:
        view, actor = self._view, holder(found, address_of(request))
        command = AcknowledgeByLinkCommand(permit=found.permit)
        await perform_async(view.store, acknowledge_by_link, command, actor=actor, now=view.clock())
        return UnitAnswer(sentence=_ACKNOWLEDGED)

    async def _link(self, request: Request) -> LinkPage | Refused:
        view, moment = self._view, self._view.moment()
        key = view.permits.key if view.permits else None
        permit: Permit | Refused = key.read(request.path_params["token"], moment.now) if key else Refused.FORGED
        if isinstance(permit, Refused):
            return permit

        def reading(tx: Tx) -> LinkPage | Refused:
            return read_link(tx, permit, moment)

        return await view.store.query(reading)

    def _refused(self, refused: Refused) -> Response:
        moment = self._view.moment()
        told = refused.told(self._view.office.contact)
        return HTMLResponse(self._templates.fill("key_refused.html", moment, refused=told), _STATUS[refused])

    def _page(self, found: LinkPage, answer: UnitAnswer | None = None) -> Response:
        answer = answer or UnitAnswer()
        key = self._view.permits.key if self._view.permits else None
        tokens = {unit: key.calendar(number) for unit, number in found.page.calendars if number and key}
        shown = self._templates.fill(
            "key.html", self._view.moment(), link=found, page=found.page, answer=answer, calendars=tokens
        )
        return HTMLResponse(shown, answer.status)
