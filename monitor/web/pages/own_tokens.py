"""`/me/tokens`: the tokens of one's own, for programs that act in one's name; a new one is shown once."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.api_tokens import (
    IssueOwnTokenCommand,
    RevokeOwnTokenCommand,
    issue_own_token,
    may_have,
    revoke_own_token,
)
from monitor.actions.refused import RefusedError
from monitor.core.token_scope import TokenScope
from monitor.queries.tokens import read_own_tokens
from monitor.web.forms import done, form_of, problems_of
from monitor.web.pages.me import login_of
from monitor.web.pages.pages import Pages
from monitor.web.pages.tokens import BLANK, TokenForm, lasts_in, scopes_in, token_page
from monitor.web.paging import whole

TOKENS = "/me/tokens"


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(TOKENS, partial(tokens, pages)),
        Route(TOKENS, partial(issue, pages), methods=["POST"]),
        Route(f"{TOKENS}/{{number}}/revoke", partial(revoke, pages), methods=["POST"]),
    )


async def tokens(pages: Pages, request: Request) -> Response:
    """Answer GET `/me/tokens`."""
    return await _page(pages, request)


async def issue(pages: Pages, request: Request) -> Response:
    """Answer the form of a new token: it is shown, this once."""
    form, login = await form_of(request), login_of(request)
    command = IssueOwnTokenCommand(
        name=form.get("name"), scopes=scopes_in(form), lasts=lasts_in(form), session=login.session.digest
    )
    try:
        await pages.perform(request, issue_own_token, command)
    except RefusedError as refused:
        return await _page(pages, request, TokenForm(typed=form, problems=problems_of(refused)))
    return await _page(pages, request, TokenForm(secret=command.secret, of=command.name.strip()))


async def revoke(pages: Pages, request: Request) -> Response:
    """Answer the button that ends a token."""
    number, session = whole(request.path_params["number"]), login_of(request).session.digest
    command = RevokeOwnTokenCommand(number=number, session=session)
    try:
        ended = await pages.perform(request, revoke_own_token, command)
    except RefusedError as refused:
        return await _page(pages, request, TokenForm(problems=[("", str(refused))]))
    return done(request, TOKENS, f"令牌“{ended.name}”已停用，立即失效。")


async def _page(pages: Pages, request: Request, form: TokenForm = BLANK) -> Response:
    moment, user = pages.context.moment(), login_of(request).user
    return token_page(
        pages,
        "own_tokens.html",
        form,
        moment=moment,
        tokens=await pages.context.store.query(lambda tx: read_own_tokens(tx, user.id, moment.now)),
        scopes=[scope for scope in TokenScope if may_have(user, scope)],
    )
