"""`/system/hooks`: the far sides that are told of cases, and what an administrator does about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions import web_hooks as acts
from monitor.actions.refused import RefusedError
from monitor.actions.web_hooks import AddHookCommand, HookCommand, HookOffice, RotateHookCommand, try_hook
from monitor.queries.hooks import read_hooks
from monitor.queries.tokens import read_areas
from monitor.web.auth.visitor import visitor_of
from monitor.web.forms import Form, Problems, done, form_of, problems_of
from monitor.web.pages.pages import Pages
from monitor.web.pages.system import tabs_of
from monitor.web.paging import whole

HOOKS = "/system/hooks"
DONE: Mapping[str, tuple[Callable[..., Any], Callable[[Any], str]]] = {
    "disable": (acts.disable_hook, lambda hook: f"已停用“{hook.name}”，不再向它推送。"),
    "enable": (acts.enable_hook, lambda hook: f"已启用“{hook.name}”，从现在起的变化向它推送。"),
    "resend": (acts.resend_hook, lambda count: f"正在补发{count}条。"),
    "settle": (acts.settle_hook, lambda count: f"已登记：{count}条不再补发。"),
}
"""What is done about one far side by one button: the action, and what is said of it afterwards."""


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(HOOKS, partial(hooks, pages)),
        Route(HOOKS, partial(add, pages), methods=["POST"]),
        Route(f"{HOOKS}/{{number}}/{{act}}", partial(act_on, pages), methods=["POST"]),
    )


async def hooks(pages: Pages, request: Request) -> Response:
    """Answer GET `/system/hooks`."""
    return await _page(pages, request)


async def add(pages: Pages, request: Request) -> Response:
    """Answer the form of a new far side: the secret is shown, this once."""
    form, office = await form_of(request), _office(pages)
    command = AddHookCommand(name=form.get("name"), url=form.get("url"), area=form.get("area") or None, office=office)
    try:
        await pages.perform(request, acts.add_hook, command)
    except RefusedError as refused:
        return await _page(pages, request, typed=form, problems=problems_of(refused))
    return await _page(pages, request, secret=command.secret, of=command.name.strip())


async def act_on(pages: Pages, request: Request) -> Response:
    """Answer a button beside a far side."""
    number, act, office = whole(request.path_params["number"]), request.path_params["act"], _office(pages)
    command = HookCommand(number=number)
    try:
        if act == "rotate":
            rotated = RotateHookCommand(number=number, office=office)
            hook = await pages.perform(request, acts.rotate_hook, rotated)
            return await _page(pages, request, secret=rotated.secret, of=hook.name)
        if act == "test":
            actor, context = visitor_of(request).actor, pages.context
            await try_hook(context.store, office, command, actor=actor, clock=context.clock)
            return done(request, HOOKS, "对方已接收测试，地址可用。")
        if act not in DONE:
            raise HTTPException(404)
        action, said = DONE[act]
        came = await pages.perform(request, action, command)
    except RefusedError as refused:
        return await _page(pages, request, problems=[("", str(refused))])
    return done(request, HOOKS, said(came))


def _office(pages: Pages) -> HookOffice:
    if pages.context.hooks is None:
        raise HTTPException(404, "这里不能登记推送地址。")
    return pages.context.hooks


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
    lines = await pages.context.store.query(lambda tx: read_hooks(tx, moment.now))
    return pages.html(
        "hooks.html",
        moment,
        status=422 if problems else 200,
        hooks=lines,
        areas=await pages.context.store.query(read_areas),
        typed=typed or Form({}),
        problems=problems,
        secret=secret,
        of=of,
        tabs=tabs_of(visitor_of(request)),
    )
