"""Forms: what one that was sent says, that it is ours, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.actions.refused import RefusedError
from monitor.web.auth import cookies
from monitor.web.auth.visitor import is_token, visitor_of
from monitor.web.bodies import LongRequestError, body_of, fields_of

Problems = Sequence[tuple[str, str]]
"""What is wrong with a form: the field, empty for none, and a sentence."""
TOKEN = "csrf"  # noqa: S105 - a field's name
HEADER = "x-csrf-token"
LONGEST = 256 * 1024
"""Bytes of a form."""
MOST = 2000
"""Fields of a form."""
UNDO = "\n"
"""Between the number of a case that was decided and what is said of that."""
_URLENCODED = "application/x-www-form-urlencoded"
_FOREIGN = "这个表单不是本系统的页面发出的，没有登记。请打开本系统的页面重新填写。"
_STALE = "页面已过期，没有登记。请返回上一页，刷新后重新提交。"
_TOO_LONG = "提交的内容过长，没有登记。"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with everything that was given for it, in its order."""

    fields: Mapping[str, tuple[str, ...]] = field(repr=False)

    def get(self, name: str) -> str:
        """Return what was first given for a field; empty for nothing."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return everything that was given for a field."""
        return self.fields.get(name, ())


async def form_of(request: Request) -> Form:
    """Return a form that was sent by a page of ours; raises HTTPException, with a sentence, for any other."""
    require_own_page(request)
    if not hasattr(request.state, "form"):
        request.state.form = await _sent(request)
    form: Form = request.state.form
    require_token(request, form.get(TOKEN))
    return form


def require_own_page(request: Request) -> None:
    """Refuse what another site's page has the browser send: browsers say from where it comes.

    The older ones by `Origin` alone; the others may say `null` there, on pages that tell nobody their address.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site == "same-origin"
    else:
        is_ours = origin is None or _host(origin) == request.headers.get("host")
    if not is_ours:
        raise HTTPException(403, _FOREIGN)


def require_token(request: Request, shown: str = "") -> None:
    """Refuse a form without its visitor's token, in a field or, of htmx, in a header."""
    if not is_token(shown or request.headers.get(HEADER, ""), visitor_of(request)):
        raise HTTPException(403, _STALE)


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


async def _sent(request: Request) -> Form:
    if request.headers.get("content-type", _URLENCODED).partition(";")[0].strip().lower() != _URLENCODED:
        raise HTTPException(415, "表单的格式不正确，没有登记。")
    try:
        return Form(fields_of(await body_of(request, LONGEST), MOST, with_empty=True))
    except LongRequestError:
        raise HTTPException(413, _TOO_LONG) from None


def problems_of(error: RefusedError, prefix: str = "") -> Problems:
    """Return why an action refused, by the fields of a form."""
    if error.fields:
        return tuple((f"{prefix}{field.name}", str(error)) for field in error.fields)
    return tuple(("", line) for line in str(error).split("\n"))


def done(request: Request, address: str, sentence: str, *, decided: int | None = None) -> Response:
    """Return what leads to a page of ours after a form was taken; it says once what was done.

    Of a decision it also leads to where that is taken back: on the page of the case `decided`.
    """
    answer = RedirectResponse(address, 303)
    if sentence:
        cookies.put_notice(request, answer, sentence if decided is None else f"{decided}{UNDO}{sentence}")
    return answer
