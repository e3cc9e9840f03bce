"""Forms of one account and of one record: filled in, shown as what they would change, and then kept exactly so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote, unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.imports.file import ChangedError, import_file
from monitor.actions.imports.office import ImportOffice
from monitor.actions.imports.preview import Preview
from monitor.actions.imports.single import (
    ACCOUNT_ID,
    OtherwiseByNowError,
    RowForm,
    RowRefusedError,
    cells_of,
    look_at_row,
    version_of,
)
from monitor.actions.refused import RefusedError
from monitor.core.account import Account
from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.forms import FORMS
from monitor.core.members import member
from monitor.core.phrases import plain, short
from monitor.core.record import RecordKind
from monitor.core.todo import TodoAct
from monitor.queries.lists import read_account
from monitor.web.days import written_day
from monitor.web.forms import Form, done, form_of
from monitor.web.pages.pages import Pages
from monitor.web.roster_form import GROUPS, consequences

_CELL = "cell:"
_FROM = "from"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownForm:
    """A form as a page shows it."""

    cells: Mapping[str, str]
    as_of: str
    """From which day on it holds, as it was typed."""
    seen: str = ""
    preview: Preview | None = None
    """What it would change; None before that was looked at."""
    problems: tuple[tuple[str, str], ...] = ()
    """Pairs of a field's id and a sentence."""

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        """The same for the head of the page, where a sentence needs the name of its field."""
        return tuple(
            (field, f"{field.removeprefix(_CELL)}：{text}" if field.startswith(_CELL) else text)
            for field, text in self.problems
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """Where whoever fills in a form of a record came from."""

    address: str
    called: str
    is_given: bool = False
    """True if the address of the form says so: that is where it leads once it was kept."""


_WAYS_BACK = {
    RecordKind.WORK_ORDER: WayBack(address="/orders", called="省平台工单"),
    RecordKind.LISTING: WayBack(address="/", called="今天"),
}
"""Where forms of a kind are opened that are not opened from the imports."""
_IMPORTS = WayBack(address="/imports", called="导入")
_ACCOUNT = "/accounts/"
_LONGEST = 60
"""Characters of a word in an answer."""
_LEADS_TO = {RecordKind.WORK_ORDER: "/orders", RecordKind.LISTING: f"/cases?wait=office&act={TodoAct.OVERDUE.value}"}
"""Where a record of a kind comes from, if a list of what waits for it does."""


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses; they stand before that of an account, whose id may have strokes in it."""
    return (
        Route("/accounts/new", partial(new_account, pages)),
        Route("/accounts/new", partial(save_account, pages), methods=["POST"]),
        Route("/accounts/{account_id:path}/edit", partial(edit_account, pages)),
        Route("/accounts/{account_id:path}/edit", partial(save_account, pages), methods=["POST"]),
        Route("/records/new", partial(new_record, pages)),
        Route("/records/new", partial(save_record, pages), methods=["POST"]),
    )


async def new_account(pages: Pages, request: Request) -> Response:
    """Answer `/accounts/new`: an empty form."""
    del request
    return _account_page(pages, None, ShownForm(cells={}, as_of=_today(pages)))


async def edit_account(pages: Pages, request: Request) -> Response:
    """Answer `/accounts/{id}/edit`: the account as it is."""
    account = await _account(pages, request)
    if account is None:
        raise HTTPException(404, "台账中没有这个账号，请核对编号。")
    shown = ShownForm(cells=cells_of(account), as_of=_today(pages), seen=version_of(account))
    return _account_page(pages, account, shown)


async def save_account(pages: Pages, request: Request) -> Response:
    """Show what the form would change, and keep it once exactly that was shown."""
    form, account = await form_of(request), await _account(pages, request)
    cells = _cells(form)
    if account is not None:
        cells[ACCOUNT_ID] = account.id
    shown = ShownForm(cells=cells, as_of=form.get(_FROM), seen=form.get("seen"))
    name = f"账号表单：{cells.get(ACCOUNT_ID, '')}"
    answer = await _kept(pages, request, form, shown, "roster", name)
    if isinstance(answer, ShownForm):
        return _account_page(pages, account, answer, status=_status(answer))
    if isinstance(answer, OtherwiseByNowError) and account is not None:
        now = ShownForm(cells=cells, as_of=shown.as_of, seen=version_of(account), problems=(("", str(answer)),))
        return _account_page(pages, account, now, status=409, against=cells_of(account))
    if isinstance(answer, RefusedError):
        again = ShownForm(cells=cells, as_of=shown.as_of, seen=shown.seen, problems=(("", str(answer)),))
        return _account_page(pages, account, again, status=409)
    return done(request, f"/accounts/{quote(cells[ACCOUNT_ID])}", "已登记到台账。")


async def new_record(pages: Pages, request: Request) -> Response:
    """Answer `/records/new?kind=`: which kinds there are, or the form of one with what the address fills in."""
    given = {name.removeprefix(_CELL): text for name, text in request.query_params.items() if name.startswith(_CELL)}
    kind = _kind(request)
    back = await _way_back(pages, kind, request.query_params.get("back", ""))
    return _record_page(pages, kind, ShownForm(cells=given, as_of=_today(pages)), back)


async def save_record(pages: Pages, request: Request) -> Response:
    """Show the record that the form would add, and keep it once exactly that was shown."""
    form, kind = await form_of(request), _kind(request)
    if kind is None:
        raise HTTPException(400, "请先选择记录的类型。")
    cells = {"类型": kind.label} | _cells(form)
    shown, back = ShownForm(cells=cells, as_of=_today(pages)), await _way_back(pages, kind, form.get("back"))
    answer = await _kept(pages, request, form, shown, "records", f"记录表单：{kind.label}")
    if isinstance(answer, ShownForm):
        return _record_page(pages, kind, answer, back, status=_status(answer))
    if isinstance(answer, RefusedError):
        again = ShownForm(cells=cells, as_of=shown.as_of, problems=(("", str(answer)),))
        return _record_page(pages, kind, again, back, status=409)
    on = back.address if back.is_given else _LEADS_TO.get(kind, f"/records/new?kind={kind.value}")
    return done(request, on, await _said(pages, kind, cells))


async def _way_back(pages: Pages, kind: RecordKind | None, given: str) -> WayBack:
    """Return where the form was opened: at the account whose page it names, else where such forms are."""
    id_ = unquote(given.removeprefix(_ACCOUNT)) if given.startswith(_ACCOUNT) else ""
    account = await _known(pages, id_) if id_ else None
    if account is not None:
        return WayBack(address=f"{_ACCOUNT}{quote(id_, safe='')}", called=short(account), is_given=True)
    return _WAYS_BACK.get(kind, _IMPORTS) if kind else _IMPORTS


async def _said(pages: Pages, kind: RecordKind, cells: Mapping[str, str]) -> str:
    """Return what was recorded of whom, and what it says."""
    whom, result = cells.get("对象", "").strip(), cells.get("结果", "").strip()
    account = await _known(pages, whom)
    parts = (short(account) if account else plain(whom, _LONGEST), plain(result, _LONGEST))
    return f"已登记“{kind.label}”：{'，'.join(filter(None, parts))}。"


async def _kept(
    pages: Pages, request: Request, form: Form, shown: ShownForm, kind: str, name: str
) -> ShownForm | RefusedError | None:
    """Keep a form whose changes were shown, and return None; else what is to be shown, or why it cannot be."""
    now, office = pages.context.clock(), _office(pages)
    as_of = _moment(shown.as_of, now)
    if as_of is None:
        return _with(shown, problems=(("from", "自何日起：请填今天或以前的日期，如 2026-05-19"),))
    seen = shown.seen if kind == "roster" else None
    row = RowForm(kind=kind, name=name, cells=shown.cells, as_of=as_of, now=now, seen=seen)
    try:
        looked = await pages.context.store.query(lambda tx: look_at_row(tx, office, row))
        if form.get("shown") != looked.preview.digest:
            return _with(shown, preview=looked.preview)
        await pages.perform(request, import_file, looked.command)
    except RowRefusedError as error:
        return _with(
            shown, problems=tuple((f"{_CELL}{column}" if column else "", text) for column, text in error.faults)
        )
    except (OtherwiseByNowError, ChangedError) as error:
        return error
    return None


def _with(shown: ShownForm, *, preview: Preview | None = None, problems: tuple[tuple[str, str], ...] = ()) -> ShownForm:
    return ShownForm(cells=shown.cells, as_of=shown.as_of, seen=shown.seen, preview=preview, problems=problems)


def _status(shown: ShownForm) -> int:
    return 422 if shown.problems else 200


def _office(pages: Pages) -> ImportOffice:
    if pages.context.imports is None:
        raise HTTPException(404, "这里没有可填写的表单。")
    return pages.context.imports.office


def _today(pages: Pages) -> str:
    return beijing_date(pages.context.clock()).isoformat()


def _moment(typed: str, now: datetime) -> datetime | None:
    """Return from when on a form holds: now for today, else the beginning of the day; None for no past day."""
    try:
        day = written_day(typed.strip())
    except ValueError:
        return None
    if day == beijing_date(now):
        return now
    return start_of_day(day) if day < beijing_date(now) else None


async def _account(pages: Pages, request: Request) -> Account | None:
    id_ = request.path_params.get("account_id")
    if id_ is None:
        return None
    found = await _known(pages, id_)
    if found is None:
        raise HTTPException(404, "台账中没有这个账号，请核对编号。")
    return found


async def _known(pages: Pages, id_: str) -> Account | None:
    now = pages.context.clock()
    found = await pages.context.store.query(lambda tx: read_account(tx, id_, now))
    return found.facts.account if found else None


def _cells(form: Form) -> dict[str, str]:
    return {name.removeprefix(_CELL): form.get(name) for name in form.fields if name.startswith(_CELL)}


def _kind(request: Request) -> RecordKind | None:
    asked = request.query_params.get("kind", "")
    found = member(RecordKind, asked)
    if asked and found is None:
        raise HTTPException(400, f"没有“{asked[:40]}”这种记录。")
    return found


def _account_page(
    pages: Pages,
    account: Account | None,
    shown: ShownForm,
    *,
    status: int = 200,
    against: Mapping[str, str] | None = None,
) -> Response:
    values = {"account": account, "shown": shown, "groups": GROUPS, "against": against or {}}
    said = consequences(shown.preview.changes) if shown.preview else ()
    return pages.html("account_form.html", pages.context.moment(), status=status, consequences=said, **values)


def _record_page(
    pages: Pages, kind: RecordKind | None, shown: ShownForm, back: WayBack, *, status: int = 200
) -> Response:
    values = {"kind": kind, "kinds": RecordKind, "form": FORMS[kind] if kind else None, "shown": shown, "back": back}
    return pages.html("record_form.html", pages.context.moment(), status=status, **values)
