"""`/system/tokens`: the tokens of programs; a new one is shown once, any can be ended at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.api_tokens import LONGEST, IssueTokenCommand, RevokeTokenCommand, issue_token, revoke_token
from monitor.actions.refused import RefusedError
from monitor.core.token_scope import NOTES, TokenScope
from monitor.queries.tokens import read_areas, read_tokens
from monitor.web.auth.visitor import visitor_of
from monitor.web.forms import Form, Problems, done, form_of, problems_of
from monitor.web.pages.pages import Pages
from monitor.web.pages.system import tabs_of
from monitor.web.paging import whole

TOKENS = "/system/tokens"
DAYS = 365
"""For how long a token is good where nobody says otherwise."""


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(TOKENS, partial(tokens, pages)),
        Route(TOKENS, partial(issue, pages), methods=["POST"]),
        Route(f"{TOKENS}/{{number}}/revoke", partial(revoke, pages), methods=["POST"]),
    )


async def tokens(pages: Pages, request: Request) -> Response:
    """Answer GET `/system/tokens`."""
    return await _page(pages, request)


async def issue(pages: Pages, request: Request) -> Response:
    """Answer the form of a new token: it is shown, this once."""
    form = await form_of(request)
    command = IssueTokenCommand(
        name=form.get("name"), scopes=scopes_in(form), lasts=lasts_in(form), area=form.get("area") or None
    )
    try:
        await pages.perform(request, issue_token, command)
    except RefusedError as refused:
        return await _page(pages, request, typed=form, problems=problems_of(refused))
    return await _page(pages, request, secret=command.secret, of=command.name.strip())


def scopes_in(form: Form) -> frozenset[TokenScope]:
    """Return the scopes that a form ticks."""
    return frozenset(TokenScope.given(form.all("scopes")))


def lasts_in(form: Form) -> timedelta:
    """Return for how long a token is to be good; what is too long stays so."""
    return timedelta(days=min(whole(form.get("lasts")), LONGEST.days + 1))


async def revoke(pages: Pages, request: Request) -> Response:
    """Answer the button that ends a token."""
    command = RevokeTokenCommand(number=whole(request.path_params["number"]))
    try:
        ended = await pages.perform(request, revoke_token, command)
    except RefusedError as refused:
        return await _page(pages, request, problems=[("", str(refused))])
    return done(request, TOKENS, f"令牌“{ended.name}”已停用，立即失效。")


async def _page(
    pages: Pages,
    request: Request,
    *,
    typed: Form | None = None,
    problems: Problems = (),
    secret: str = "",
    of: str = "",
) -> Response:
    moment = pages.context.moment()
    lines = await pages.context.store.query(lambda tx: read_tokens(tx, moment.now))
    return pages.html(
        "tokens.html",
        moment,
        status=422 if problems else 200,
        tokens=lines,
        areas=await pages.context.store.query(read_areas),
        scopes=TokenScope,
        notes=NOTES,
        days=DAYS,
        longest=LONGEST.days,
        typed=typed or Form({"scopes": (TokenScope.READ.value,)}),
        problems=problems,
        secret=secret,
        of=of,
        tabs=tabs_of(visitor_of(request)),
    )
