"""`/users/requests/{number}`: somebody whom the identity provider knows is let in by an administrator, or is not."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.provider_logins import GrantLoginCommand, LoginRequestCommand, decline_login, grant_login
from monitor.actions.refused import RefusedError
from monitor.core.user import UserRole, name_problem
from monitor.queries.logins import LoginRequest, read_request, read_units, read_users
from monitor.web.forms import Form, Problems, done, form_of, problems_of
from monitor.web.pages.pages import Pages
from monitor.web.pages.users import USERS, chosen_roles, unit_value
from monitor.web.paging import whole

REQUEST = f"{USERS}/requests/{{number}}"
_REFUSED = 422


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(REQUEST, partial(request_page, pages)),
        Route(REQUEST, partial(grant, pages), methods=["POST"]),
        Route(f"{REQUEST}/decline", partial(decline, pages), methods=["POST"]),
    )


async def request_page(pages: Pages, request: Request) -> Response:
    """Answer `/users/requests/{number}`."""
    return await _page(pages, await _asked(pages, request))


async def grant(pages: Pages, request: Request) -> Response:
    """Answer the form that lets somebody in, as a new user or as one whom there is."""
    context, asked, form = pages.context, await _asked(pages, request), await form_of(request)
    roles, own = await chosen_roles(context, form)
    command = GrantLoginCommand(
        request=asked.id, user=whole(form.get("user")) or None, name=form.get("name"), roles=roles, own=own
    )
    try:
        user = await pages.perform(request, grant_login, command)
    except RefusedError as refused:
        return await _page(pages, asked, problems=problems_of(refused), form=form, roles=roles)
    return done(request, f"{USERS}/{user.id}", f"已开通“{user.name}”，可以经统一身份认证登录。")


async def decline(pages: Pages, request: Request) -> Response:
    """Answer the form that lets nobody in."""
    asked = await _asked(pages, request)
    command = LoginRequestCommand(request=asked.id)
    try:
        await pages.perform(request, decline_login, command)
    except RefusedError as refused:
        return await _page(pages, asked, problems=problems_of(refused))
    return done(request, USERS, f"已拒绝“{asked.name}”的申请，30天内不再受理。")


async def _asked(pages: Pages, request: Request) -> LoginRequest:
    number, now = whole(request.path_params["number"]), pages.context.clock()
    found = await pages.context.store.query(lambda tx: read_request(tx, number, now)) if number else None
    if found is None:
        raise HTTPException(404, "没有这个等待开通的申请，可能已由其他管理员办理。")
    return found


async def _page(
    pages: Pages,
    asked: LoginRequest,
    *,
    problems: Problems = (),
    form: Form | None = None,
    roles: frozenset[UserRole] = frozenset(),
) -> Response:
    units = await pages.context.store.query(read_units)
    users = await pages.context.store.query(read_users)
    given = form or Form({})
    return pages.html(
        "login_request.html",
        pages.context.moment(),
        status=_REFUSED if problems else 200,
        asked=asked,
        problems=problems,
        faults=dict(problems),
        name=given.get("name") if form else _proposed(asked.name),
        user=given.get("user"),
        chosen=roles,
        own=next((unit for unit in units if unit_value(unit) == given.get("unit")), None),
        units={unit_value(unit): unit for unit in units},
        users=[user for user in users if user.disabled_at is None],
    )


def _proposed(name: str) -> str:
    """Return a name to begin with, if the provider's can be a user's."""
    return "" if name_problem(name) else name
