"""`/api/v1/…`: what the pages show, for programs; and the one thing programs may say, the link of a new post.

Nothing of the people named for an account is ever in an answer. Whoever pastes a link shows the token that
the settings name (`web.api_token`), so that no page elsewhere can do it in a browser's name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.core.claim import Excess, Verdict
from monitor.core.message import MessageState
from monitor.core.shapes import (
    Shape,
    account_shape,
    case_shape,
    claim_shape,
    finding_shape,
    moment_shape,
    observation_shape,
)
from monitor.core.verdict import QUIET
from monitor.store import Tx
from monitor.store.cases import Which, case_history, cases
from monitor.store.findings import current_findings
from monitor.store.outbox import Kept, messages
from monitor.store.sights import Row, observations_of, overview, row_of
from monitor.web.desk import TooLongError, body_of, readable
from monitor.web.guard import is_shown
from monitor.web.refusals import Refusals, address_of
from monitor.web.view import View
from monitor.web.words import masked

LIMIT = 1000
"""Objects in one answer at most."""
CALLER = "接口"
"""Who pastes a link by this way, in the records."""

_STATUS = {
    Verdict.PROVED: 201,
    Verdict.UNPROVED: 202,
    Verdict.REPEATED: 409,
    Verdict.NOT_REACHABLE: 502,
}
"""What the answer's status says of a verdict; all others are 422: understood, and not taken."""
Read = Callable[[Tx, Request], object]


class Api:
    """The handlers of the interface."""

    def __init__(self, view: View, refusals: Refusals) -> None:
        """Take what the interface needs."""
        self._view = view
        self._refusals = refusals

    @property
    def routes(self) -> Collection[Route]:
        """The addresses."""
        return (
            Route("/api/v1/accounts", self._reading(self._accounts)),
            Route("/api/v1/accounts/{account_id:path}/posts", self.paste, methods=["POST"]),
            Route("/api/v1/accounts/{account_id:path}", self._reading(self._account)),
            Route("/api/v1/observations", self._reading(_observations)),
            Route("/api/v1/findings", self._reading(_findings)),
            Route("/api/v1/cases", self._reading(_cases)),
            Route("/api/v1/messages", self._reading(_messages)),
        )

    async def paste(self, request: Request) -> Response:
        """Answer POST: the verdict on the link of a new post, `{"link": …}`."""
        desk = self._view.desk
        if desk is None or desk.api_token is None:
            return _error(403, "没有设置 web.api_token，不接受登记。")
        if not is_shown(desk.api_token, request.headers.get("authorization", "")):
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
        claim = await desk.take(
            request.path_params["account_id"], readable(link), by=CALLER, address=address_of(request)
        )
        if claim is None:
            return _error(404, "台账中没有这个账号。")
        if isinstance(claim, Excess):
            return _error(429, claim.told(self._view.office.contact))
        return JSONResponse(claim_shape(claim, self._view.office.contact), _STATUS.get(claim.verdict, 422))

    def _reading(self, read: Read) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            found = await self._view.store.query(lambda tx: read(tx, request))
            return _error(404, "没有这一项。") if found is None else JSONResponse(found)

        return answer

    def _accounts(self, tx: Tx, request: Request) -> list[Shape]:
        return [_account(row) for row in overview(tx, self._view.clock())]

    def _account(self, tx: Tx, request: Request) -> Shape | None:
        wanted = request.path_params["account_id"]
        row = row_of(tx, wanted, self._view.clock())
        if row is None:
            return None
        return _account(row) | {
            "findings": [finding_shape(finding) for finding in row.findings],
            "cases": [case_shape(case) for case in case_history(tx, wanted)],
        }


def _account(row: Row) -> Shape:
    return account_shape(row.account, row.newest_post_at, row.mute)


def _observations(tx: Tx, request: Request) -> list[Shape]:
    """Return the latest observations of the account that `account=` names."""
    wanted = request.query_params.get("account", "")
    return [observation_shape(one) for one in observations_of(tx, wanted, limit=LIMIT)]


def _findings(tx: Tx, request: Request) -> list[Shape]:
    """Return what stands now; `account=` narrows, `all=1` adds what is in order or does not apply."""
    wanted = request.query_params.get("account")
    found = current_findings(tx, account_ids=None if wanted is None else (wanted,))
    quiet = frozenset() if "all" in request.query_params else QUIET
    return [finding_shape(one) for one in found if one.state not in quiet]


def _cases(tx: Tx, request: Request) -> list[Shape]:
    """Return the open cases, latest first; `all=1` adds those that have ended."""
    which = Which.ALL if "all" in request.query_params else Which.OPEN
    return [case_shape(one) for one in cases(tx, which=which, limit=LIMIT)]


def _messages(tx: Tx, request: Request) -> list[Shape]:
    """Return the latest messages, newest first; `state=` narrows."""
    state = next((one for one in MessageState if one.value == request.query_params.get("state")), None)
    return [_message(one) for one in messages(tx, states=None if state is None else (state,), limit=LIMIT)]


def _message(kept: Kept) -> Shape:
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
