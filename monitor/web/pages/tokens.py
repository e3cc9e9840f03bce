"""`/system/tokens`: the tokens of programs; a new one is shown once, any can be ended at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.api_tokens import LONGEST, IssueTokenCommand, RevokeTokenCommand, issue_token, revoke_token
from monitor.actions.refused import RefusedError
from monitor.core.token_scope import NOTES, TokenScope
from monitor.queries.lines import OverviewContext
from monitor.queries.tokens import TokenLine, read_areas, read_tokens
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
        return await _page(pages, request, TokenForm(typed=form, problems=problems_of(refused)))
    return await _page(pages, request, TokenForm(secret=command.secret, of=command.name.strip()))


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
        return await _page(pages, request, TokenForm(problems=[("", str(refused))]))
    return done(request, TOKENS, f"令牌“{ended.name}”已停用，立即失效。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenForm:
    """What stands in the form of a new token, or came of it."""

    typed: Form = field(default_factory=lambda: Form({"scopes": (TokenScope.READ.value,)}))
    problems: Problems = ()
    secret: str = field(default="", repr=False)
    """What the caller shows, this once."""
    of: str = ""
    """What the new token is called."""


BLANK = TokenForm()
"""The form as it is before anybody has filled it in."""


def token_page(
    pages: Pages,
    template: str,
    form: TokenForm,
    *,
    moment: OverviewContext,
    tokens: Sequence[TokenLine],
    scopes: Iterable[TokenScope],
    **values: object,
) -> Response:
    """Return a page of tokens, with the form of a new one."""
    return pages.html(
        template,
        moment,
        status=422 if form.problems else 200,
        tokens=tokens,
        scopes=scopes,
        notes=NOTES,
        days=DAYS,
        longest=LONGEST.days,
        typed=form.typed,
        problems=form.problems,
        secret=form.secret,
        of=form.of,
        **values,
    )


async def _page(pages: Pages, request: Request, form: TokenForm = BLANK) -> Response:
    moment = pages.context.moment()
    lines, areas = await pages.context.store.query(lambda tx: (read_tokens(tx, moment.now), read_areas(tx)))
    return token_page(
        pages,
        "tokens.html",
        form,
        moment=moment,
        tokens=lines,
        scopes=TokenScope,
        areas=areas,
        tabs=tabs_of(visitor_of(request)),
    )
