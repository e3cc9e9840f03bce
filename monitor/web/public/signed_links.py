"""`/k/{token}`: the page that a signed link of a message opens, for people who have no login."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.actions.acknowledge import AcknowledgeByLinkCommand, acknowledge_by_link
from monitor.actions.perform import perform_async
from monitor.actions.refused import LinkRefusedError
from monitor.core.claim import Excess, Verdict
from monitor.core.token import Permit, Purpose, Refused
from monitor.queries.permission import Permission, read_permission
from monitor.web.page_context import PageContext
from monitor.web.permits import Permits, TooLongError, holder, pasted, said
from monitor.web.refusals import Refusals, address_of
from monitor.web.templating import Templates

_ACKNOWLEDGED = "已记录由您负责。例行提醒暂停，更新期限不变；更新或恢复后自动办结。"
_STATUS = {Refused.FORGED: 403, Refused.EXPIRED: 410, Refused.SPENT: 409, Refused.OVER: 410}
_GOOD = frozenset({Verdict.PROVED, Verdict.UNPROVED})


class Keys:
    """The handlers of the page."""

    def __init__(self, view: PageContext, refusals: Refusals) -> None:
        """Take what the page needs."""
        self._view = view
        self._templates = Templates(view)
        self._refusals = refusals

    async def opened(self, request: Request) -> Response:
        """Answer GET: what the link is for, and a button. It changes nothing."""
        found = await self._errand(request)
        return self._refused(found) if isinstance(found, Refused) else self._page(found)

    async def used(self, request: Request) -> Response:
        """Answer POST: do what the token permits, once."""
        found, permits = await self._errand(request), self._view.permits
        if isinstance(found, Refused) or permits is None:
            why = found if isinstance(found, Refused) else Refused.FORGED
            await self._refusals.note(request, "link refuse", why.value)
            return self._refused(why)
        if found.permit.purpose is Purpose.ACKNOWLEDGE:
            return await self._acknowledged(request, found)
        return await self._pasted(request, permits, found)

    async def _acknowledged(self, request: Request, found: Permission) -> Response:
        view, actor = self._view, holder(found, address_of(request))
        command = AcknowledgeByLinkCommand(permit=found.permit)
        try:
            await perform_async(view.store, acknowledge_by_link, command, actor=actor, now=view.clock())
        except LinkRefusedError as error:
            return self._refused(error.refused)
        return self._page(found, done=_ACKNOWLEDGED)

    async def _pasted(self, request: Request, permits: Permits, found: Permission) -> Response:
        try:
            fields = await said(request)
        except TooLongError:
            return self._page(found, trouble="内容过长，没有登记。请只粘贴一条链接。", status=413)
        account, link = fields.get("account", ""), fields.get("link", "").strip()
        if not link:
            return self._page(found, trouble="链接为空，请粘贴新发布内容的链接后再提交。", status=400)
        try:
            came = await pasted(permits, found, account, link, address_of(request))
        except LinkRefusedError as error:
            await self._refusals.note(request, "link refuse", error.refused.value)
            return self._refused(error.refused)
        said_of_it = came.told(self._view.office.contact)
        if came in _GOOD:
            return self._page(found, done=said_of_it)
        status = 429 if isinstance(came, Excess) else 422
        return self._page(found, trouble=said_of_it, link=link, chosen=account, status=status)

    async def _errand(self, request: Request) -> Permission | Refused:
        view, now = self._view, self._view.clock()
        key = view.permits.key if view.permits else None
        permit: Permit | Refused = key.read(request.path_params["token"], now) if key else Refused.FORGED
        if isinstance(permit, Refused):
            return permit
        return await view.store.query(_reading(permit))

    def _refused(self, refused: Refused) -> Response:
        return self._html(_STATUS[refused], refused=refused.told(self._view.office.contact))

    def _page(
        self,
        found: Permission,
        *,
        done: str = "",
        trouble: str = "",
        link: str = "",
        chosen: str = "",
        status: int = 200,
    ) -> Response:
        return self._html(status, errand=found, done=done, trouble=trouble, link=link, chosen=chosen)

    def _html(self, status: int, **values: object) -> Response:
        shown = {"errand": None, "refused": "", "done": "", "trouble": "", "link": "", "chosen": ""} | values
        return HTMLResponse(self._templates.fill("key.html", self._view.moment(), **shown), status)


def _reading(permit: Permit) -> Callable[..., Permission | Refused]:
    return lambda tx: read_permission(tx, permit)
