"""`/api/v1/…`: what the pages show, for programs; and the one thing programs may say, the link of a new post.

Nothing of the people named for an account is ever in an answer. A program that pastes a link shows the token that the
settings name (`web.api_token`), so that no page elsewhere can do it in a browser's name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.actions.actor import Actor, Origin, Right
from monitor.actions.claims import PasteCommand
from monitor.core.claim import Excess, Verdict
from monitor.core.finding import State
from monitor.core.message import MessageState
from monitor.core.phrases import plain
from monitor.core.shapes import (
    Shape,
    account_shape,
    case_shape,
    claim_shape,
    finding_shape,
    moment_shape,
    observation_shape,
)
from monitor.queries import lists
from monitor.queries.tasks import read_tasks
from monitor.store import Tx
from monitor.web.guard import is_shown
from monitor.web.page_context import PageContext
from monitor.web.paging import whole
from monitor.web.permits import TooLongError, body_of, readable
from monitor.web.refusals import Refusals, address_of
from monitor.web.words import masked

LIMIT = 1000
"""Objects in one answer at most; `page=` turns."""
CALLER = "接口"
"""The actor of links pasted by this way, in the records."""
API_RIGHTS = frozenset({Right.PASTE})
"""The rights of the token of the settings."""

_STATUS = {
    Verdict.PROVED: 201,
    Verdict.UNPROVED: 202,
    Verdict.REPEATED: 409,
    Verdict.NOT_REACHABLE: 502,
}
"""The answer's status for a verdict; all others are 422: understood, and not taken."""
Read = Callable[[Tx, "Asked"], object]


class BadParameterError(Exception):
    """A request has a parameter that is not known, is given twice or says nothing that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The request: the account in the path, and the parameters."""

    account: str
    parameters: Mapping[str, str]
    page: int

    @property
    def skip(self) -> int:
        """How many objects stand on the pages before."""
        return (self.page - 1) * LIMIT

    @property
    def is_all(self) -> bool:
        """True if `all=1` is asked for."""
        if self.parameters.get("all", "1") != "1":
            raise BadParameterError("参数 all 只能是 1。")
        return "all" in self.parameters


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, with one object more where there is another page."""

    objects: Sequence[Shape]


class Api:
    """The handlers of the interface."""

    def __init__(self, view: PageContext, refusals: Refusals) -> None:
        """Take what the interface needs."""
        self._view = view
        self._refusals = refusals

    @property
    def routes(self) -> Collection[Route]:
        """The addresses."""
        return (
            Route("/api/v1/accounts", self._reading(self._accounts, "page")),
            Route("/api/v1/accounts/{account_id:path}/posts", self.paste, methods=["POST"]),
            Route("/api/v1/accounts/{account_id:path}", self._reading(self._account)),
            Route("/api/v1/tasks", self._reading(self._tasks)),
            Route("/api/v1/observations", self._reading(_observations, "account", "page")),
            Route("/api/v1/findings", self._reading(_findings, "account", "all", "page")),
            Route("/api/v1/cases", self._reading(_cases, "all", "page")),
            Route("/api/v1/messages", self._reading(_messages, "state", "page")),
        )

    async def paste(self, request: Request) -> Response:
        """Answer POST: the verdict on the link of a new post, `{"link": …}`."""
        permits = self._view.permits
        if permits is None or permits.api_token is None:
            return _error(403, "没有设置 web.api_token，不接受登记。")
        if not is_shown(permits.api_token, request.headers.get("authorization", "")):
            await self._refusals.note(request, "api refuse", "token")
            return _error(401, "请在 Authorization 中写明 Bearer 和设置中的 web.api_token。")
        try:
            link = json.loads(await body_of(request))["link"]
        except TooLongError:
            return _error(413, "内容过长。")
        except (ValueError, KeyError, TypeError, RecursionError):
            return _error(400, '请发送 {"link": "…"}。')
        if not isinstance(link, str) or not readable(link).strip():
            return _error(400, '请发送 {"link": "…"}。')
        actor = Actor(name=CALLER, origin=Origin.API, rights=API_RIGHTS, address=address_of(request))
        command = PasteCommand(account=request.path_params["account_id"], link=readable(link))
        claim = await permits.paste(command, actor=actor)
        if claim is None:
            return _error(404, "台账中没有这个账号。")
        if isinstance(claim, Excess):
            return _error(429, claim.told(self._view.office.contact))
        return JSONResponse(claim_shape(claim, self._view.office.contact), _STATUS.get(claim.verdict, 422))

    def _reading(self, read: Read, *names: str) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            try:
                asked = _asked(request, names)
                found = await self._view.store.query(lambda tx: read(tx, asked))
            except BadParameterError as error:
                return _error(400, str(error))
            if isinstance(found, ListPage):
                return _listed(request, asked, found)
            return _error(404, "没有这一项。") if found is None else JSONResponse(found)

        return answer

    def _accounts(self, tx: Tx, asked: Asked) -> ListPage:
        found = lists.read_accounts(tx, self._view.clock(), limit=LIMIT + 1, skip=asked.skip)
        return ListPage([_account(facts) for facts in found])

    def _account(self, tx: Tx, asked: Asked) -> Shape | None:
        found = lists.read_account(tx, asked.account, self._view.clock())
        if found is None:
            return None
        return _account(found.facts) | {
            "findings": [finding_shape(finding) for finding in found.findings],
            "cases": [case_shape(case) for case in found.cases],
        }

    def _tasks(self, tx: Tx, asked: Asked) -> Sequence[Shape]:
        found = read_tasks(tx, self._view.clock(), has_channels=self._view.has_channels)
        return [{"key": task.key, "count": task.count, "text": task.text, "link": task.link} for task in found]


def _asked(request: Request, names: Collection[str]) -> Asked:
    """Return what a request asks for; raises BadParameterError."""
    given = request.query_params.multi_items()
    for name, _ in given:
        if name not in names:
            known = f"可用的参数：{'、'.join(names)}。" if names else "这里没有参数。"
            raise BadParameterError(f"不认识的参数 {plain(name, 40)}。{known}")
    parameters = dict(given)
    if len(parameters) < len(given):
        raise BadParameterError("同一个参数只能写一次。")
    page = whole(parameters.get("page", "1"))
    if not page:
        raise BadParameterError("参数 page 应为从 1 起的整数。")
    return Asked(account=request.path_params.get("account_id", ""), parameters=parameters, page=page)


def _listed(request: Request, asked: Asked, sheet: ListPage) -> Response:
    """Return a page of a list, with the address of the next one where there is one (RFC 8288)."""
    answer = JSONResponse(sheet.objects[:LIMIT])
    if len(sheet.objects) > LIMIT:
        query = urlencode({**asked.parameters, "page": asked.page + 1})
        answer.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return answer


def _account(facts: lists.AccountFacts) -> Shape:
    return account_shape(facts.account, facts.newest_post_at, facts.mute)


def _observations(tx: Tx, asked: Asked) -> ListPage:
    """Return the latest observations of the account that `account=` names."""
    if not asked.parameters.get("account"):
        raise BadParameterError("请写明参数 account，即账号ID。")
    found = lists.read_observations(tx, asked.parameters["account"], limit=LIMIT + 1, skip=asked.skip)
    return ListPage([observation_shape(observation) for observation in found])


def _findings(tx: Tx, asked: Asked) -> ListPage:
    """Return what stands now; `account=` narrows, `all=1` adds what is in order or does not apply."""
    wanted = asked.parameters.get("account")
    quiet = () if asked.is_all else tuple(state for state in State if state.is_settled)
    found = lists.read_findings(tx, wanted, without=quiet, limit=LIMIT + 1, skip=asked.skip)
    return ListPage([finding_shape(finding) for finding in found])


def _cases(tx: Tx, asked: Asked) -> ListPage:
    """Return the open cases, latest first; `all=1` adds those that have ended."""
    found = lists.read_cases(tx, is_all=asked.is_all, limit=LIMIT + 1, skip=asked.skip)
    return ListPage([case_shape(case) for case in found])


def _messages(tx: Tx, asked: Asked) -> ListPage:
    """Return the latest messages, newest first; `state=` narrows."""
    wanted = asked.parameters.get("state")
    state = next((state for state in MessageState if state.value == wanted), None)
    if wanted is not None and state is None:
        raise BadParameterError(f"参数 state 应为 {'、'.join(one.value for one in MessageState)} 之一。")
    found = lists.read_messages(tx, state, limit=LIMIT + 1, skip=asked.skip)
    return ListPage([_message(kept) for kept in found])


def _message(kept: lists.KeptMessage) -> Shape:
    return {
        "id": kept.message.id,
        "channel": kept.message.channel or None,
        "role": kept.role.value,
        "state": kept.state.value,
        "subject": masked(kept.message.subject),
        "created_at": moment_shape(kept.created_at),
        "finished_at": moment_shape(kept.finished_at) if kept.finished_at else None,
        "attempts": kept.attempts,
    }


def _error(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)
