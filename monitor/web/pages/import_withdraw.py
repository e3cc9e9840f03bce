"""`/imports/kept/{number}`: an import that was kept, and how it is taken back."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.actions.imports.kept import KINDS
from monitor.actions.imports.withdraw import WithdrawCommand, withdraw_import
from monitor.actions.refused import RefusedError
from monitor.queries.imports import read_import
from monitor.web.forms import done, form_of
from monitor.web.pages.import_upload import imports_of
from monitor.web.pages.pages import Pages
from monitor.web.paging import whole

_OTHERS = "后来的文件中与它相同的内容也随之撤回；如仍然有效，请重新导入那些文件。"


async def import_kept(pages: Pages, request: Request) -> Response:
    """Answer `/imports/kept/{number}`: what it was, and the question whether to take it back."""
    return await _confirm(pages, request)


async def import_withdrawn(pages: Pages, request: Request) -> Response:
    """Take an import back as a whole; asked for without having seen the question, lead there."""
    form, number = await form_of(request), _number(request)
    if not form.get("confirmed"):
        return RedirectResponse(f"/imports/kept/{number}", 303)
    command = WithdrawCommand(number=number, sources=imports_of(pages).office.sources)
    try:
        count = await pages.perform(request, withdraw_import, command)
    except RefusedError as error:
        return await _confirm(pages, request, str(error))
    said = f"，涉及{count}项" if count else "；其中的内容都已被后来的导入替换，现行内容不变"
    return done(request, "/imports", f"已撤回第{number}号导入{said}。")


def _number(request: Request) -> int:
    return whole(request.path_params["number"])


async def _confirm(pages: Pages, request: Request, problem: str = "") -> Response:
    number = _number(request)
    found = await pages.context.store.query(lambda tx: read_import(tx, number))
    if found is None:
        raise HTTPException(404, "没有这次导入。")
    return pages.html(
        "import_kept.html",
        pages.context.moment(),
        status=422 if problem else 200,
        found=found,
        kind=KINDS.get(found.kind, found.kind),
        others="" if found.kind in {"roster", "posts"} else _OTHERS,
        problems=(("", problem),) if problem else (),
    )
