"""The caller of the interface: who shows which token, and what it lets them do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from monitor.actions.actor import Actor, Origin, Right
from monitor.actions.api_tokens import UseTokenCommand, caller_of, scope_rights, use_token
from monitor.actions.perform import perform_async
from monitor.actions.roles import rights_of
from monitor.core.token_scope import TokenScope
from monitor.core.user import UserRole
from monitor.queries.tokens import ShownToken, read_token
from monitor.web.api.operation import Operation
from monitor.web.api.problems import ProblemError
from monitor.web.auth.gate import is_at_home
from monitor.web.guard import is_shown
from monitor.web.page_context import PageContext
from monitor.web.refusals import Refusals, address_of

CALLER = "接口"
"""The actor by the token of the settings, in the records."""
_UNKNOWN = "令牌不对、已到期或已停用，请向管理员索取新的令牌。"
_NONE = "请在 Authorization 中写明 Bearer 和接口令牌。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, and by what."""

    actor: Actor
    scopes: frozenset[TokenScope]
    held: frozenset[Right] | None
    """What the person may do in whose name it is; None for a program, which may do what its scopes say."""
    shown: ShownToken | None = None
    """None where nobody need show a token, or the settings' own was shown."""


class Callers:
    """Finds out who calls."""

    def __init__(self, context: PageContext, refusals: Refusals) -> None:
        """Take what that needs."""
        self._context = context
        self._refusals = refusals

    async def of(self, request: Request, operation: Operation, now: datetime) -> Caller:
        """Return the caller of a request; raises ProblemError where they may not do what the operation does."""
        given = request.headers.getlist("authorization")
        shown = "，".join(given)  # of two nobody knows which is meant: together they are none
        if not shown and self._context.logins is None and operation.is_safe:
            caller: Caller | None = _anybody(request)
        else:
            caller = await self._caller(request, shown, now)
        if caller is None:
            await self._refusals.note(request, "api refuse", "token")
            raise ProblemError(401, _UNKNOWN if shown else _NONE)
        if why := why_not(caller, operation):
            await self._refusals.note(request, "api refuse", "scope")
            raise ProblemError(403, why)
        return caller

    async def _caller(self, request: Request, shown: str, now: datetime) -> Caller | None:
        address, permits = address_of(request), self._context.permits
        if permits is not None and permits.api_token is not None and is_shown(permits.api_token, shown):
            scopes = frozenset({TokenScope.POST_LINKS})
            rights = scope_rights(scopes)
            actor = Actor(name=CALLER, origin=Origin.API, rights=rights, address=address, is_program=True)
            return Caller(actor=actor, scopes=scopes, held=None)
        scheme, _, secret = shown.partition(" ")
        if scheme.lower() != "bearer":
            return None
        found = await self._context.store.query(lambda tx: read_token(tx, secret.strip()))
        if found is None or not found.is_good(now):
            return None
        owner, actor = found.owner, caller_of(found.token, found.owner, address)
        if found.token.is_used_anew(now):
            command = UseTokenCommand(used=found.token)
            await perform_async(self._context.store, use_token, command, actor=actor, now=now)
        scopes = frozenset(TokenScope.given(found.token.scopes))
        return Caller(
            actor=actor, scopes=scopes, held=rights_of(owner.roles) | {Right.CALL} if owner else None, shown=found
        )


def why_not(caller: Caller, operation: Operation) -> str:
    """Return why a caller may not ask for an operation, as a sentence; empty where they may."""
    if operation.scope is not None and operation.scope not in caller.scopes:
        return f"这个令牌没有“{operation.scope.label}”的权限。"
    if caller.held is not None and operation.right not in caller.held:
        return f"令牌的持有人没有{operation.right.label}的权限。"
    if caller.actor.own is not None and not operation.is_own:
        return "这一项没有对单位用户开放。"
    return ""


def _anybody(request: Request) -> Caller:
    """Return whoever reads where no log-in is needed: at the machine itself all, elsewhere what readers see."""
    is_home = is_at_home(request)
    held = None if is_home else rights_of([UserRole.READER])
    scopes = frozenset({TokenScope.READ, TokenScope.OFFICE} if is_home else {TokenScope.READ})
    actor = Actor(name=CALLER, origin=Origin.API, rights=scope_rights(scopes), address=address_of(request))
    return Caller(actor=actor, scopes=scopes, held=held)
