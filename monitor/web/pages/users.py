"""`/users`: who may log in, and what an administrator does about that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions import users as acts
from monitor.actions.provider_logins import unlink_login
from monitor.actions.refused import RefusedError
from monitor.actions.users import AddUserCommand, ChangeRolesCommand, DemandSecondFactorCommand, UserCommand
from monitor.core.account import UnitKey
from monitor.core.user import UserRole
from monitor.queries.logins import UserPage, read_requests, read_units, read_user, read_users
from monitor.web.auth.visitor import visitor_of
from monitor.web.forms import Form, done, form_of
from monitor.web.page_context import PageContext
from monitor.web.pages.pages import Pages
from monitor.web.pages.system import tabs_of
from monitor.web.paging import whole
from monitor.web.words import unit_typed

USERS = "/users"
_REFUSED = 422
_ABOUT = "user"
DONE: Mapping[str, tuple[Callable[..., Any], Callable[[int], object], str]] = {
    "disable": (acts.disable_user, lambda user: UserCommand(user=user), "已停用“{name}”，其登录已全部退出。"),
    "enable": (acts.enable_user, lambda user: UserCommand(user=user), "已启用“{name}”，可以用原来的密码登录。"),
    "end-sessions": (acts.end_sessions, lambda user: UserCommand(user=user), "“{name}”的登录已全部退出。"),
    "demand": (
        acts.demand_second_factor,
        lambda user: DemandSecondFactorCommand(user=user),
        "“{name}”设好动态口令以前，不能做其他事。",
    ),
    "demand-not": (
        acts.demand_second_factor,
        lambda user: DemandSecondFactorCommand(user=user, is_demanded=False),
        "不再要求“{name}”使用动态口令。",
    ),
    "unlink": (
        unlink_login,
        lambda user: UserCommand(user=user),
        "“{name}”不能再经统一身份认证登录，其登录已全部退出。",
    ),
    "remove-factor": (
        acts.remove_second_factor,
        lambda user: UserCommand(user=user),
        "已取消“{name}”的动态口令，其登录已全部退出。",
    ),
}
"""What is done about one user by one button: the action, its command, and what is said of it afterwards."""


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(USERS, partial(users, pages)),
        Route(f"{USERS}/new", partial(new_user, pages)),
        Route(f"{USERS}/new", partial(add_user, pages), methods=["POST"]),
        Route(f"{USERS}/{{number}}", partial(user, pages)),
        Route(f"{USERS}/{{number}}/{{act}}", partial(act_on_user, pages), methods=["POST"]),
    )


async def users(pages: Pages, request: Request) -> Response:
    """Answer `/users`: who may log in, and who waits to be let in."""
    moment = pages.context.moment()
    found = await pages.context.store.query(read_users)
    requests = await pages.context.store.query(lambda tx: read_requests(tx, moment.now))
    return pages.html("users.html", moment, users=found, requests=requests, tabs=tabs_of(visitor_of(request)))


async def new_user(pages: Pages, _: Request) -> Response:
    """Answer `/users/new`."""
    return await _form_page(pages)


async def add_user(pages: Pages, request: Request) -> Response:
    """Answer the form of a new user: the page of the user follows, with a link to be passed on."""
    context, form = pages.context, await form_of(request)
    roles, own = await chosen_roles(context, form)
    command = AddUserCommand(name=form.get("name"), roles=roles, own=own)
    try:
        added = await pages.perform(request, acts.add_user, command)
    except RefusedError as refused:
        return await _form_page(pages, name=form.get("name"), roles=roles, own=own, problem=str(refused))
    return done(request, f"{USERS}/{added.id}", f"已新增“{added.name}”。请生成一次性链接交给本人，用来设置密码。")


async def user(pages: Pages, request: Request) -> Response:
    """Answer `/users/{id}`: one user, and what can be done, each with what follows from it."""
    return await _user_page(pages, await _known(pages.context, request))


async def act_on_user(pages: Pages, request: Request) -> Response:
    """Answer a button of the page of a user."""
    context, about = pages.context, await _known(pages.context, request)
    act = request.path_params["act"]
    try:
        if act == "link":
            command = UserCommand(user=about.user.id)
            link = await pages.perform(request, acts.issue_link, command)
            return await _user_page(pages, about, link=f"{_base(request)}/login/link/{link.secret}")
        if act == "roles":
            roles, own = await chosen_roles(context, await form_of(request))
            change = ChangeRolesCommand(user=about.user.id, roles=roles, own=own)
            await pages.perform(request, acts.change_roles, change)
            return done(request, f"{USERS}/{about.user.id}", "角色已修改，其登录已全部退出。")
        if act not in DONE:
            raise HTTPException(404)
        action, made, said = DONE[act]
        await pages.perform(request, action, made(about.user.id))
    except RefusedError as refused:
        return await _user_page(pages, about, problem=str(refused))
    return done(request, f"{USERS}/{about.user.id}", said.format(name=about.user.name))


def unit_value(unit: UnitKey) -> str:
    """Return how a form names a unit."""
    return f"{unit.area}/{unit.name}"


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


async def _known(context: PageContext, request: Request) -> UserPage:
    number = whole(request.path_params["number"])
    found = await context.store.query(lambda tx: read_user(tx, number)) if number else None
    if found is None:
        raise HTTPException(404, "没有这个用户，请核对。")
    return found


async def chosen_roles(context: PageContext, form: Form) -> tuple[frozenset[UserRole], UnitKey | None]:
    """Return the roles and the unit that a form says; what is no role and no unit of the roster is left out."""
    given = form.all("role")
    roles = frozenset(role for role in UserRole if role.value in given)
    units = await context.store.query(read_units)
    said = form.get("unit")
    own = next((unit for unit in units if unit_value(unit) == said), None)
    own = own or unit_typed(said, units, context.office.names)
    return roles, own if UserRole.UNIT in roles else None


async def _form_page(
    pages: Pages,
    *,
    name: str = "",
    roles: frozenset[UserRole] = frozenset(),
    own: UnitKey | None = None,
    problem: str = "",
) -> Response:
    units = await pages.context.store.query(read_units)
    return pages.html(
        "user_new.html",
        pages.context.moment(),
        status=_REFUSED if problem else 200,
        units={unit_value(unit): unit for unit in units},
        chosen=roles,
        own=own,
        name=name,
        problem=problem,
    )


async def _user_page(pages: Pages, about: UserPage, *, link: str = "", problem: str = "") -> Response:
    units = await pages.context.store.query(read_units)
    return pages.html(
        "user.html",
        pages.context.moment(),
        status=_REFUSED if problem else 200,
        page=about,
        units={unit_value(unit): unit for unit in units},
        link=link,
        problem=problem,
    )
