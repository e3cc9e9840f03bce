"""`/imports/new` and what is sent there: a file comes in, is taken for one of the kinds, and waits to be looked at."""

from __future__ import annotations

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.actions.actor import Right
from monitor.core.calendar import beijing_date, start_of_day
from monitor.ledger import LedgerError
from monitor.ledger.apart import BusyError
from monitor.ledger.uploads import Incoming, Upload
from monitor.queries.lines import OverviewContext
from monitor.web.auth.visitor import visitor_of
from monitor.web.days import written_day
from monitor.web.forms import Form, Problems
from monitor.web.imports import BUSY, EMPTY, KINDS, Imports
from monitor.web.pages.handing_out import require
from monitor.web.pages.pages import Pages
from monitor.web.uploads import SentForm, upload_of

_NO_FILE = "请选择要上传的文件（xlsx 或 csv）。"
_NO_DAY = "请按2026-05-19的样子写日期。"
_AHEAD = "事实日期晚于今天，请改为今天或以前。"


def imports_of(pages: Pages) -> Imports:
    """Return what imports need; raises HTTPException where pages cannot take files."""
    if pages.context.imports is None:
        raise HTTPException(404, "这里不能导入文件。")
    return pages.context.imports


def owner_of(request: Request) -> str:
    """Return whose a file is that comes with a request: it is bound to the visitor's session."""
    return visitor_of(request).csrf


async def upload_form(pages: Pages, request: Request) -> Response:
    """Answer `/imports/new`: the form for a file."""
    kind = request.query_params.get("kind", "")
    return _form(pages, Form({"kind": (kind if kind in KINDS else "",)}))


async def upload(pages: Pages, request: Request) -> Response:
    """Take a file that is sent to `/imports`, and lead to what it would change."""
    require(visitor_of(request), Right.IMPORT)
    parts, moment = imports_of(pages), pages.context.moment()
    sent = await upload_of(request, parts.uploads)
    problems = _upload_problems(sent, moment)
    if problems or sent.incoming is None:
        if sent.incoming is not None:
            sent.incoming.discard()
        return _form(pages, sent.form, problems)
    return await _kept(pages, request, sent, sent.incoming)


def _upload_problems(sent: SentForm, moment: OverviewContext) -> Problems:
    """Return what is wrong with a form beside the file itself."""
    file = _NO_FILE if sent.incoming is None else "" if sent.incoming.size else EMPTY
    day = day_problem(sent.form.get("day"), moment)
    return tuple((name, said) for name, said in (("day", day), ("file", file)) if said)


def day_problem(written: str, moment: OverviewContext) -> str:
    """Return what is wrong with a day that was written, nothing for none; a blank one is today."""
    try:
        day = written_day(written.strip()) if written.strip() else moment.today
    except ValueError:
        return _NO_DAY
    return _AHEAD if day > moment.today else ""


def as_of(written: str, now: datetime) -> datetime:
    """Return since when what a file says is true: today's is true now, another day's from its first moment."""
    day = written_day(written.strip()) if written.strip() else beijing_date(now)
    return now if day == beijing_date(now) else start_of_day(day)


def area_in(form: Form, parts: Imports) -> str | None:
    """Return the area that was chosen, if it is one."""
    return next((area for area in parts.office.areas if area == form.get("area")), None)


async def _kept(pages: Pages, request: Request, sent: SentForm, incoming: Incoming) -> Response:
    parts, now, form = imports_of(pages), pages.context.clock(), sent.form
    try:
        with incoming:
            sent_file = Upload(
                id=incoming.id,
                owner=owner_of(request),
                name=sent.name or "文件",
                digest=incoming.finish(),
                at=now,
                kind=form.get("kind") if form.get("kind") in KINDS else "",
                as_of=as_of(form.get("day"), now),
                area=area_in(form, parts),
            )
            kept = await parts.guessed(sent_file)
            parts.uploads.keep(kept)
    except LedgerError as error:
        return _form(pages, form, tuple(("file", f"{fault.text}。") for fault in error.faults))
    except BusyError as error:
        raise HTTPException(503, BUSY) from error
    return RedirectResponse(f"/imports/{kept.id}", 303)


def _form(pages: Pages, typed: Form, problems: Problems = ()) -> Response:
    parts = imports_of(pages)
    return pages.html(
        "import_new.html",
        pages.context.moment(),
        status=422 if problems else 200,
        kinds=KINDS,
        areas=parts.office.areas if parts.office.has_areas else (),
        typed=typed,
        problems=problems,
        problem=dict(problems),
    )
