"""The caller of the interface: who shows which token, and what it lets them do."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request

from monitor.actions.actor import Actor, Origin
from monitor.actions.api_tokens import UseTokenCommand, caller_of, scope_rights, use_token
from monitor.actions.perform import perform_async
from monitor.core.token_scope import TokenScope
from monitor.queries.tokens import read_token
from monitor.web.api.problems import ProblemError
from monitor.web.guard import is_shown
from monitor.web.page_context import PageContext
from monitor.web.refusals import Refusals, address_of

CALLER = "接口"
"""The actor by the token of the settings, in the records."""
_UNKNOWN = "令牌不对、已到期或已停用，请向管理员索取新的令牌。"
_NONE = "请在 Authorization 中写明 Bearer 和接口令牌。"


class Callers:
    """Finds out who calls."""

    def __init__(self, context: PageContext, refusals: Refusals) -> None:
        """Take what that needs."""
        self._context = context
        self._refusals = refusals

    async def of(self, request: Request, scope: TokenScope, now: datetime) -> Actor:
        """Return the caller of a request; raises ProblemError where they may not do what the scope is for."""
        shown = request.headers.get("authorization", "")
        if not shown and scope is TokenScope.READ and self._context.logins is None:
            return Actor(name=CALLER, origin=Origin.API, rights=scope_rights([scope]), address=address_of(request))
        actor = await self._actor(request, shown, now)
        if actor is None:
            await self._refusals.note(request, "api refuse", "token")
            raise ProblemError(401, _UNKNOWN if shown else _NONE)
        if not scope_rights([scope]) <= actor.rights:
            await self._refusals.note(request, "api refuse", "scope")
            raise ProblemError(403, f"这个令牌没有“{scope.label}”的权限。")
        return actor

    async def _actor(self, request: Request, shown: str, now: datetime) -> Actor | None:
        address, permits = address_of(request), self._context.permits
        if permits is not None and permits.api_token is not None and is_shown(permits.api_token, shown):
            rights = scope_rights([TokenScope.POST_LINKS])
            return Actor(name=CALLER, origin=Origin.API, rights=rights, address=address)
        scheme, _, secret = shown.partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = await self._context.store.query(lambda tx: read_token(tx, secret.strip()))
        if token is None or not token.is_good(now):
            return None
        actor = caller_of(token, address)
        if token.is_used_anew(now):
            command = UseTokenCommand(used=token)
            await perform_async(self._context.store, use_token, command, actor=actor, now=now)
        return actor
