"""Imports: a file comes in, what it would change is read, and exactly that is kept; and how one is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from starlette.requests import Request

from monitor.actions.actor import Right
from monitor.actions.imports.file import ImportFileCommand, import_file
from monitor.actions.imports.preview import Change
from monitor.actions.imports.withdraw import WithdrawCommand, withdraw_import
from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.token_scope import TokenScope
from monitor.ledger import LedgerError
from monitor.ledger.apart import BusyError
from monitor.ledger.uploads import Incoming, TooLargeError, TooManyError, Upload
from monitor.queries.imports import Import, read_files, read_import, read_imports
from monitor.store import Tx
from monitor.web.api.operation import (
    Acting,
    Answer,
    Call,
    Found,
    ListReading,
    Operation,
    OperationGroup,
    Reading,
    Telling,
    Uploading,
    done,
    found,
)
from monitor.web.api.problems import ProblemError
from monitor.web.api.reach import nothing, require_all_areas
from monitor.web.api.schema import DoneModel, Model, Said
from monitor.web.api.schema_office import ApplyBody, GapsModel, ImportedModel, ImportModel, PreviewModel
from monitor.web.days import EARLIEST
from monitor.web.import_text import cell_texts, fault_lines, hint_lines
from monitor.web.imports import BUSY, DAMAGED, EMPTY, GONE, KINDS, Imports, Looked, file_kind, replacing
from monitor.web.paging import whole
from monitor.web.uploads import TOO_LARGE, shown_name
from monitor.web.words import masked

_WHAT = "导入"
_UPLOAD = {"upload_id": "上传后得到的编号。"}
_NUMBER = {"number": "导入的编号。"}
_ALL_WAIT = "等待核对的文件已满，没有保存；请先导入或放弃其中几个，再上传。"
_FAULTY = "文件有误，不能导入；请按 faults 改正后重新上传。"


class UploadParameters(Model):
    """What is said of a file beside what stands in it."""

    file: Said
    """文件名，以 .xlsx 或 .csv 结尾。"""
    kind: Literal[tuple(KINDS)] | None = None  # type: ignore[valid-type] # a closed list
    """哪一种文件；不填的按表头判断。"""
    day: date | None = None
    """文件所说的是哪天的事实；不填为现在。"""
    area: Said | None = None
    """几个地区的办公室，文件说的是哪个地区。"""


def _parts(call: Call) -> Imports:
    require_all_areas(call, _WHAT)
    if call.context.imports is None:
        raise ProblemError(404, "这里不能导入文件。")
    return call.context.imports


def owner_of(call: Call) -> str:
    """Return whose a file is that comes with a token: nobody sees it by another."""
    return f"token {call.shown.token.id}" if call.shown else ""


async def receive(request: Request, call: Call) -> Incoming:
    """Return the file that is the body of a request, kept as it came; raises ProblemError."""
    try:
        incoming = _parts(call).uploads.receive()
    except TooManyError as error:
        raise ProblemError(503, _ALL_WAIT) from error
    try:
        with incoming:
            async for piece in request.stream():
                incoming.take(piece)
            if not incoming.size:
                raise ProblemError(400, EMPTY)
    except TooLargeError as error:
        raise ProblemError(413, TOO_LARGE) from error
    return incoming


async def _upload(call: Call) -> Answer:
    parts, incoming = _parts(call), call.body
    try:
        with incoming:
            kept = await parts.guessed(_kept(call, parts, incoming))
            parts.uploads.keep(kept)
    except LedgerError as error:
        raise ProblemError(422, "；".join(fault.text for fault in error.faults) + "。") from error
    except BusyError as error:
        raise ProblemError(503, BUSY) from error
    return Answer(201, _shape(await _looked(call, kept)))


def _kept(call: Call, parts: Imports, incoming: Incoming) -> Upload:
    asked, today = call.parameters, beijing_date(call.now)
    if asked.day is not None and not EARLIEST <= asked.day <= today:
        raise ProblemError(400, "参数 day 应为今天或以前的日期，如 2026-05-19。")
    if asked.area is not None and asked.area not in parts.office.areas:
        raise ProblemError(400, f"参数 area 应为 {'、'.join(parts.office.areas)} 之一。")
    return Upload(
        id=incoming.id,
        owner=owner_of(call),
        name=shown_name(asked.file) or "文件",
        digest=incoming.finish(),
        at=call.now,
        kind=asked.kind or "",
        as_of=call.now if asked.day in {None, today} else start_of_day(asked.day),
        area=asked.area,
    )


def _waiting(call: Call) -> Upload:
    upload = _parts(call).uploads.find(call.path["upload_id"], owner_of(call), call.now)
    if upload is None:
        raise ProblemError(404, GONE)
    return upload


async def _looked(call: Call, upload: Upload) -> Looked:
    try:
        return await _parts(call).look(call.context.store, upload, call.now)
    except BusyError as error:
        raise ProblemError(503, BUSY) from error


async def _preview(call: Call) -> dict[str, object]:
    return _shape(await _looked(call, _waiting(call)))


def _shape(looked: Looked) -> dict[str, object]:
    upload, preview = looked.upload, looked.preview
    shown = _changes(preview.changes) + _changes(preview.going) if preview else []
    return {
        "id": upload.id,
        "file": upload.name,
        "kind": upload.kind,
        "day": beijing_date(upload.as_of),
        "area": upload.area,
        "faults": [{"place": one.place, "text": masked(one.text)} for one in fault_lines(looked.faults)],
        "hints": [
            {"place": one.place, "text": masked(one.text)} for one in (hint_lines(preview.hints) if preview else ())
        ],
        "notes": [masked(note) for note in preview.notes] if preview else [],
        "total": preview.total if preview else 0,
        "same": preview.same if preview else 0,
        "counts": {kind.value: count for kind, count in preview.counts.items()} if preview else {},
        "not_named": len(preview.going) if preview else 0,
        "changes": shown[:_SHOWN],
        "shown": preview.digest if preview else None,
    }


_SHOWN = 200
"""Changes that an answer has; how many there are in all stands beside them."""


def _changes(changes: Sequence[Change]) -> list[dict[str, object]]:
    return [
        {
            "kind": change.kind,
            "name": change.name,
            "fields": [
                {"column": one.column, "before": masked(before), "after": masked(after)}
                for one in change.fields
                for before, after in [cell_texts(one)]
            ],
            "parts": [masked(part) for part in change.parts],
        }
        for change in changes[:_SHOWN]
    ]


async def _apply(call: Call) -> Answer:
    looked, body, parts = await _looked(call, _waiting(call)), call.body, _parts(call)
    if looked.read is None:
        raise ProblemError(409, _FAULTY)
    if not parts.uploads.is_whole(looked.upload):
        parts.uploads.drop(looked.upload)
        raise ProblemError(409, DAMAGED)
    command = ImportFileCommand(
        kind=file_kind(looked.upload.kind),
        read=looked.read if body.removed is None else replacing(looked.read),
        shown=body.shown,
        removed=body.removed,
    )
    made = await call.perform(import_file, command)
    parts.uploads.drop(looked.upload)
    name = KINDS[looked.upload.kind]
    said = f"已导入“{looked.upload.name}”，第{made.edition}版{name}。"
    return Answer(200, {"said": said, "number": made.number})


async def _drop(call: Call) -> Answer:
    upload = _waiting(call)
    _parts(call).uploads.drop(upload)
    return done(f"已放弃“{upload.name}”，没有导入任何内容。")


async def _withdraw(call: Call) -> Answer:
    number = whole(call.path["number"])
    sources = _parts(call).office.sources
    if await call.query(lambda tx: read_import(tx, number)) is None:
        raise nothing()
    count = await call.perform(withdraw_import, WithdrawCommand(number=number, sources=sources))
    return done(f"已撤回第{number}号导入，涉及{count}项。")


def _imports(tx: Tx, call: Call) -> Found:
    require_all_areas(call, _WHAT)
    before = int(str(call.place[0])) if call.place else None
    return found(read_files(tx, limit=call.limit, before=before), lambda one: (one.id,), _import)


def _one_import(tx: Tx, call: Call) -> dict[str, object] | None:
    require_all_areas(call, _WHAT)
    kept = read_import(tx, whole(call.path["number"]))
    return _import(kept) if kept else None


def _import(kept: Import) -> dict[str, object]:
    return {
        "number": kept.id,
        "kind": kept.kind,
        "file": kept.file,
        "as_of": kept.as_of,
        "imported_at": kept.known_at,
        "by": kept.by,
        "detail": kept.detail,
        "withdrawn_at": kept.withdrawn_at,
        "withdrawn_by": kept.withdrawn_by,
    }


def _gaps(tx: Tx, call: Call) -> dict[str, object]:
    require_all_areas(call, _WHAT)
    page = read_imports(tx, call.now)
    return {
        "kinds": [
            {
                "kind": line.kind,
                "label": KINDS[line.kind],
                "last": line.last.id if line.last else None,
                "last_at": line.last.known_at if line.last else None,
                "gaps": line.gaps,
            }
            for line in page.kinds
        ],
        "unmatched": [{"file": row.file, "written": row.entry.written, "at": row.known_at} for row in page.strays],
        "unmatched_in_all": page.strays_in_all,
        "missing_rounds": [str(hole) for hole in page.holes],
        "unstated_records": page.unstated_in_all,
    }


IMPORTS: tuple[Operation, ...] = (
    ListReading(
        name="listImports",
        path="/imports",
        summary="导入过的文件，最近的在前",
        group=OperationGroup.IMPORTS,
        page="/imports",
        right=Right.SEE_IMPORTS,
        scope=TokenScope.OFFICE,
        answer=ImportModel,
        read=_imports,
        kinds=(int,),
    ),
    Reading(
        name="getImportGaps",
        path="/imports/gaps",
        summary="各种文件最近一次导入和缺什么，没有对应账号的行",
        group=OperationGroup.IMPORTS,
        page="/imports",
        right=Right.SEE_IMPORTS,
        scope=TokenScope.OFFICE,
        answer=GapsModel,
        read=_gaps,
    ),
    Reading(
        name="getImport",
        path="/imports/{number}",
        summary="一次导入",
        group=OperationGroup.IMPORTS,
        page="/imports",
        right=Right.SEE_IMPORTS,
        scope=TokenScope.OFFICE,
        answer=ImportModel,
        read=_one_import,
        path_notes=_NUMBER,
    ),
    Uploading(
        name="uploadFile",
        path="/imports",
        summary="上传一个文件，得到它会改动什么或哪里有误；不导入",
        group=OperationGroup.IMPORTS,
        page="/imports/new",
        right=Right.IMPORT,
        scope=TokenScope.IMPORT,
        parameters=UploadParameters,
        answer=PreviewModel,
        act=_upload,
        statuses={201: "已收到并核对。"},
    ),
    Telling(
        name="getUpload",
        path="/imports/uploads/{upload_id}",
        summary="一个已上传的文件现在会改动什么",
        group=OperationGroup.IMPORTS,
        page="/imports/{upload_id}",
        right=Right.IMPORT,
        scope=TokenScope.IMPORT,
        answer=PreviewModel,
        tell=_preview,
        path_notes=_UPLOAD,
    ),
    Acting(
        name="applyUpload",
        path="/imports/uploads/{upload_id}/apply",
        summary="按核对过的结果导入；数据已有变化的不导入",
        group=OperationGroup.IMPORTS,
        page="/imports/{upload_id}/apply",
        right=Right.IMPORT,
        scope=TokenScope.IMPORT,
        body=ApplyBody,
        answer=ImportedModel,
        act=_apply,
        path_notes=_UPLOAD,
    ),
    Acting(
        name="dropUpload",
        path="/imports/uploads/{upload_id}/drop",
        summary="放弃一个已上传的文件",
        group=OperationGroup.IMPORTS,
        page="/imports/{upload_id}",
        right=Right.IMPORT,
        scope=TokenScope.IMPORT,
        answer=DoneModel,
        act=_drop,
        path_notes=_UPLOAD,
    ),
    Acting(
        name="withdrawImport",
        path="/imports/{number}/withdraw",
        summary="撤回一次导入",
        group=OperationGroup.IMPORTS,
        page="/imports/kept/{number}",
        right=Right.WITHDRAW,
        scope=TokenScope.IMPORT,
        answer=DoneModel,
        act=_withdraw,
        path_notes=_NUMBER,
    ),
)
