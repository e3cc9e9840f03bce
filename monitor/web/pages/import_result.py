"""`/imports/{id}`: what a file that waits would change, and what is done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.actions.imports.file import ChangedError, FileImported, ImportFileCommand, import_file
from monitor.actions.imports.preview import Change, Preview
from monitor.actions.refused import RefusedError
from monitor.core.calendar import beijing_date
from monitor.ledger import LedgerError
from monitor.ledger.apart import BusyError
from monitor.ledger.diff import ChangeKind
from monitor.ledger.marking import Marking
from monitor.ledger.uploads import Upload
from monitor.queries.paging import ListSlice, slice_of
from monitor.web.download import attachment
from monitor.web.forms import Problems, done, form_of, problems_of
from monitor.web.import_text import fault_lines, faulty_rows, hint_lines
from monitor.web.imports import BUSY, DAMAGED, GONE, KINDS, Looked, file_kind, replacing
from monitor.web.pages.import_upload import area_in, as_of, day_problem, imports_of, owner_of
from monitor.web.pages.pages import Pages
from monitor.web.paging import whole

LISTED = 50
"""Changes on one page, where there are many."""
MANY = 200
"""Changes up to which all of them stand on one page."""


async def import_result(pages: Pages, request: Request) -> Response:
    """Answer `/imports/{id}`: what the file would change, or what is wrong with it."""
    looked = await _looked(pages, request)
    if request.query_params.get("remove") and looked.preview and looked.preview.going:
        return _removal(pages, looked)
    return _result(pages, request, looked)


async def import_terms(pages: Pages, request: Request) -> Response:
    """Take what the file is to be taken for, and lead back to what it would change then."""
    parts, form, upload = imports_of(pages), await form_of(request), _waiting(pages, request)
    if form.get("act") == "drop":
        parts.uploads.drop(upload)
        return done(request, "/imports", f"已放弃“{upload.name}”，没有导入任何内容。")
    moment = pages.context.moment()
    if problem := day_problem(form.get("day"), moment):
        looked = await _looked(pages, request)
        return _result(pages, request, looked, problems=(("day", problem),), day=form.get("day"))
    kind = form.get("kind") if form.get("kind") in KINDS else upload.kind
    is_same = form.get("day").strip() == _day_of(upload)
    since = upload.as_of if is_same else as_of(form.get("day"), moment.now)
    parts.uploads.keep(replace(upload, kind=kind, as_of=since, area=area_in(form, parts)))
    return RedirectResponse(f"/imports/{upload.id}", 303)


async def import_apply(pages: Pages, request: Request) -> Response:
    """Import what was shown; of a roster also remove what it does not name, where that was asked for and confirmed."""
    form = await form_of(request)
    looked = await _looked(pages, request)
    upload = looked.upload
    if looked.read is None or looked.preview is None:
        return RedirectResponse(f"/imports/{upload.id}", 303)
    is_removing = bool(form.get("replace")) and bool(looked.preview.going)
    if is_removing and not form.get("confirmed"):
        return RedirectResponse(f"/imports/{upload.id}?remove=1", 303)
    if not imports_of(pages).uploads.is_whole(upload):
        imports_of(pages).uploads.drop(upload)
        raise HTTPException(409, DAMAGED)
    command = ImportFileCommand(
        kind=file_kind(upload.kind),
        read=replacing(looked.read) if is_removing else looked.read,
        shown=form.get("shown"),
        removed=whole(form.get("removed").strip()) if is_removing else None,
    )
    try:
        imported = await pages.perform(request, import_file, command)
    except ChangedError as error:
        return await _changed(pages, request, error, is_removing=is_removing)
    except RefusedError as error:
        if is_removing:
            return _removal(pages, looked, problems=problems_of(error), removed=form.get("removed"))
        return _result(pages, request, looked, problems=problems_of(error))
    imports_of(pages).uploads.drop(upload)
    return _imported(request, looked, imported)


async def import_marked(pages: Pages, request: Request) -> Response:
    """Answer with the file once more, its faults marked."""
    looked = await _looked(pages, request)
    parts, upload = imports_of(pages), looked.upload
    if not looked.faults:
        return RedirectResponse(f"/imports/{upload.id}", 303)
    job = Marking(kind=file_kind(upload.kind), faults=looked.faults)
    try:
        marked = await parts.read(job, parts.uploads.path(upload), upload.name)
        content = marked.content
    except (LedgerError, ValueError) as error:
        raise HTTPException(422, "这个文件不能标注，请按页面上列出的位置改正后重新上传。") from error
    except BusyError as error:
        raise HTTPException(503, BUSY) from error
    return attachment(content, f"{upload.name.rpartition('.')[0] or upload.name}（标注）.xlsx")


def _waiting(pages: Pages, request: Request) -> Upload:
    """Return the file of an address; raises HTTPException where it is gone, or another's."""
    parts = imports_of(pages)
    found = parts.uploads.find(request.path_params["upload_id"], owner_of(request), pages.context.clock())
    if found is None:
        raise HTTPException(404, GONE)
    return found


async def _looked(pages: Pages, request: Request) -> Looked:
    try:
        return await imports_of(pages).look(pages.context.store, _waiting(pages, request), pages.context.clock())
    except BusyError as error:
        raise HTTPException(503, BUSY) from error


async def _changed(pages: Pages, request: Request, error: RefusedError, *, is_removing: bool) -> Response:
    """Return what the file would change now, as it is not what was shown any more."""
    looked = await _looked(pages, request)
    if is_removing and looked.preview and looked.preview.going:
        return _removal(pages, looked, problems=problems_of(error), status=409)
    return _result(pages, request, looked, problems=problems_of(error), status=409)


def _imported(request: Request, looked: Looked, imported: FileImported) -> Response:
    name = KINDS[looked.upload.kind]
    said = f"已导入“{looked.upload.name}”，第{imported.edition}版{name}。"
    return done(request, f"/imports?imported={imported.number}", said)


def _day_of(upload: Upload) -> str:
    """Return the day since when what a file says is true, as its field shows it."""
    return beijing_date(upload.as_of).isoformat()


def _result(
    pages: Pages,
    request: Request,
    looked: Looked,
    *,
    problems: Problems = (),
    day: str = "",
    status: int | None = None,
) -> Response:
    parts, moment = imports_of(pages), pages.context.moment()
    return pages.html(
        "import_result.html",
        moment,
        status=status or (422 if problems else 200),
        upload=looked.upload,
        day=day or _day_of(looked.upload),
        kinds=KINDS,
        areas=parts.office.areas if parts.office.has_areas else (),
        faulty=fault_lines(looked.faults),
        faulty_rows=faulty_rows(looked.faults),
        hints=hint_lines(looked.preview.hints) if looked.preview else (),
        preview=looked.preview,
        lists=_lists(looked.preview, request) if looked.preview else (),
        columns=_columns(looked.preview) if looked.preview else (),
        column=request.query_params.get("column", ""),
        problems=problems,
        problem=dict(problems),
    )


def _removal(
    pages: Pages, looked: Looked, *, problems: Problems = (), removed: str = "", status: int | None = None
) -> Response:
    return pages.html(
        "import_removal.html",
        pages.context.moment(),
        status=status or (422 if problems else 200),
        upload=looked.upload,
        preview=looked.preview,
        problems=problems,
        problem=dict(problems),
        removed=removed,
    )


def _columns(preview: Preview) -> list[str]:
    """Return the columns of which a cell changes, in the order in which they come."""
    return list(dict.fromkeys(field.column for change in preview.changes for field in change.fields))


def _lists(preview: Preview, request: Request) -> list[dict[str, Any]]:
    """Return the changes by kind, each a page at a time where there are many."""
    column = request.query_params.get("column", "")
    changed = [
        change
        for change in preview.changes
        if change.kind is ChangeKind.CHANGED and (not column or any(field.column == column for field in change.fields))
    ]
    added = [change for change in preview.changes if change.kind is ChangeKind.ADDED]
    return [_list("added", added, request), _list("changed", changed, request)]


def _list(name: str, changes: Sequence[Change], request: Request) -> dict[str, Any]:
    turn = _turn(len(changes), whole(request.query_params.get(name, "")))
    return {"name": name, "turn": turn, "rows": changes[turn.skip : turn.skip + turn.size]}


def _turn(total: int, number: int) -> ListSlice:
    return slice_of(number, total, LISTED if total > MANY else MANY)
