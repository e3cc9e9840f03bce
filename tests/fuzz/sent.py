"""Targets of what people and programs send: files, forms, addresses, cookies, tokens, bodies of requests."""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from alerts.grammar import BadChannelError
from alerts.web_hook import endpoint_of
from monitor.actions.imports.kinds import FILE_KINDS, Terms
from monitor.actions.refused import RefusedError
from monitor.app.imports import import_office
from monitor.app.settings import load_settings
from monitor.core.claim import links_in
from monitor.core.period import BadPeriodError, Period
from monitor.core.phrases import Names
from monitor.core.token import Permit, Purpose, TokenKey, concealed
from monitor.core.typed_day import Misread, Sign, typed_day
from monitor.ledger import LedgerError
from monitor.ledger.book import SentFile, rows_in, sheets
from monitor.ledger.guessing import LAYOUTS, guess
from monitor.ledger.marking import marked
from monitor.ledger.uploads import Uploads
from monitor.store import open_store
from monitor.web import filters, unit_forms
from monitor.web.api.bodies import body_model, read_body
from monitor.web.api.cursor import BadCursorError, cursor_of, place_of
from monitor.web.api.operation import ListReading
from monitor.web.api.problems import ProblemError
from monitor.web.api.routes import OPERATIONS, _parameters
from monitor.web.auth import cookies
from monitor.web.auth.gate import is_at_home
from monitor.web.auth.next_page import confirm_address, login_address, own_path
from monitor.web.auth.visitor import is_token, stranger
from monitor.web.bodies import LongRequestError, fields_of
from monitor.web.connections import home_of
from monitor.web.days import written_day
from monitor.web.forms import MOST, form_of
from monitor.web.guard import HostGuard, _is_plain, is_shown
from monitor.web.pages.message import _moment
from monitor.web.provider.client import Flow, flow_of
from monitor.web.uploads import upload_of
from monitor.web.words import safe_link
from tests.databases import migrated
from tests.fuzz.heads import parted
from tests.fuzz.target import FIXTURES, ROOT, OpenError, Target
from tests.store.build import account, enrol
from tests.test_file_reader import HEADERS, ROWS

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
BOOK = b"BOOK\n"
"""How an input begins that is a workbook's parts in clear: no chance finds a packed file whose sums are right."""
_PART = re.compile(rb"(?m)^=== ([ -~]{1,100})\n")


def file_of(data: bytes) -> SentFile:
    """Return the file that an input is: as it is, or a workbook of the parts that it names."""
    if not data.startswith(BOOK):
        return SentFile("表.csv", data)
    _, *parts = _PART.split(data.removeprefix(BOOK))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in dict(zip(parts[::2], parts[1::2], strict=True)).items():
            archive.writestr(name.decode(), content)
    return SentFile("表.xlsx", packed.getvalue())


def in_clear(packed: bytes) -> bytes:
    """Return a workbook as an input."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return BOOK + b"".join(b"=== " + name.encode() + b"\n" + archive.read(name) for name in archive.namelist())


@cache
def readings() -> Mapping[str, Callable[[SentFile], object]]:
    """Return how a file of each kind is read, in an office with one account."""
    office = import_office(load_settings(ROOT / "config", None))
    with tempfile.TemporaryDirectory() as folder, open_store(migrated(Path(folder) / "xuncha.db")) as store:
        enrol(store, account("A01", area=office.areas[0]))
        with store.read() as tx:
            return {kind: FILE_KINDS[kind].reading(tx, office, Terms(as_of=NOW, now=NOW)) for kind in FILE_KINDS}


def tables(data: bytes) -> tuple[object, ...]:
    """Return what every reader of files makes of one; what each refuses it says of the file."""
    file = file_of(data)
    found: list[object] = [rows_in(file)]
    with suppress(LedgerError):
        found.append(guess(file))
    with suppress(LedgerError):
        found.append([(sheet.name, list(sheet.rows)) for sheet in sheets(file)])
    for kind, reading in readings().items():
        try:
            found.append(reading(file))
        except LedgerError as error:
            if not str(error):
                raise OpenError("refused without a word") from error
            with suppress(LedgerError):
                found.append(marked(file, LAYOUTS[kind], error.faults))
    return tuple(found)


ROSTER = (
    "账号ID,账号名称,平台,主办单位,所属地区,开设日期,主页链接,联络员,联络员手机,联络员邮箱,采集方式,平台标识\n"
    "A02,名,微博,示例局,缙云县,2020-01-01T00:00:00,https://weibo.com/u/1,甲,+86 138-0000-0001,甲@例子.cn,weibo=1,x\n"
    "A03,名,网站,示例局,缙云县,二〇二〇年一月一日,https://[::1,乙,1.38e10,b@例子.cn,,\n"
)
_KINDS = {"a": "worksheet", "b": "styles", "c": "sharedStrings"}
_PARTS = {"a": "worksheets/sheet1.xml", "b": "styles.xml", "c": "sharedStrings.xml"}
_RELATIONS = "".join(
    f'<Relationship Id="{id_}" Type="r/{kind}" Target="{_PARTS[id_]}"/>' for id_, kind in _KINDS.items()
)
CLEAR = {
    "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="表" sheetId="1" r:id="a"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f"<Relationships>{_RELATIONS}</Relationships>",
    "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy/m/d h:mm"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>',
    "xl/sharedStrings.xml": "<sst><si><t>账号ID</t></si><si><r><t>发布</t></r><r><t>时间</t></r></si>"
    "<si><t>A01</t></si><si><t>2026-11-29T09:30:00+08:00</t></si></sst>",
    "xl/worksheets/sheet1.xml": '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
    '<c r="B1" t="s"><v>1</v></c>'
    '<c r="C1" t="inlineStr"><is><t>标题</t></is></c><c r="D1" t="str"><v>链接</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="2"><v>45000.5</v></c>'
    '<c r="C2" t="str"><f>1</f><v>_x000D_</v></c><c r="D2" t="str"><v>https://a.cn/1</v></c></row>'
    '<row><c t="s"><v>2</v></c><c t="d"><v>2026-11-29T09:30:00</v></c><c t="e"><v>#N/A</v></c></row>'
    '<row><c t="s"><v>2</v></c><c t="s"><v>3</v></c></row>'
    '</sheetData><mergeCells><mergeCell ref="C2:C3"/></mergeCells></worksheet>',
}
"""A workbook with what people's have: styles, shared texts, formulas, an error, merged cells, a strict date."""


def table_seeds() -> Iterator[bytes]:
    """Yield a file of each kind, as a table in text and as a workbook."""
    from openpyxl import Workbook  # noqa: PLC0415 - for seeds alone

    for kind, header in HEADERS.items():
        row = ["缙云县" if value == "AREA" else value for value in ROWS[kind]]
        yield ",".join(header).encode() + b"\n" + ",".join(str(value) for value in row).encode("gb18030")
        made = Workbook()
        assert made.active
        made.active.append(list(header))
        made.active.append(list(row))
        packed = io.BytesIO()
        made.save(packed)
        yield in_clear(packed.getvalue())
    yield ROSTER.encode()
    yield BOOK + b"".join(b"=== " + name.encode() + b"\n" + text.encode() + b"\n" for name, text in CLEAR.items())
    yield from (path.read_bytes() for path in sorted((FIXTURES / "manual").glob("*.[ct]sv")))


def request_of(data: bytes) -> Request:
    """Return a request: its path, its headers and its body; `{token}` in the body is its visitor's."""
    head, body = parted(data)
    first, *lines = head.split(b"\n")
    visitor = stranger("secret", "127.0.0.1")
    body = body.replace(b"{token}", visitor.csrf.encode())
    path, _, query = first.partition(b"?")
    pairs = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    size = 1 + (len(body) % 977)
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]

    async def receive() -> Message:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "https",
        "path": path.decode("utf-8", "surrogateescape"),
        "raw_path": path,
        "query_string": query,
        "headers": [(name, value) for name, value in pairs if name],
        "state": {"visitor": visitor},
        "server": ("127.0.0.1", 8080),
    }
    return Request(scope, receive)


def uploaded(data: bytes) -> tuple[object, ...]:
    """Return a form with a file, as it was sent; nothing of the file is left."""
    with tempfile.TemporaryDirectory() as folder:
        uploads = Uploads(Path(folder))
        try:
            sent = asyncio.run(upload_of(request_of(data), uploads))
            if sent.incoming is not None:
                sent.incoming.discard()
            said = (sent.name, {name: sent.form.all(name) for name in sent.form.fields})
        finally:
            if list(Path(folder).iterdir()):
                raise OpenError("something of a file is left")
    return said


_TOKEN = b'--XX\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
_FILE = (
    b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\na,b\r\n'
)
_UPLOAD = b"/imports\ncontent-type: multipart/form-data; boundary=XX\n\n"
UPLOADS = (
    _UPLOAD + _TOKEN + _FILE + b"--XX--\r\n",
    _UPLOAD + _FILE + b"--XX--\r\n",
    _UPLOAD + _TOKEN + b"--XX\r\nContent-Disposition: x",
)


def formed(data: bytes) -> tuple[object, ...]:
    """Return a form as a page sent it, and what its fields are taken for."""
    request = request_of(data)
    form = asyncio.run(form_of(request))
    return tuple(form.all(name) for name in form.fields)


FORMS = (
    b"/cases/1\ncontent-type: application/x-www-form-urlencoded\nsec-fetch-site: same-origin\n\ncsrf={token}&a=%E4",
    b"/cases/1\norigin: https://[::1\nhost: a\n\ncsrf={token}&a=1&a=2",
)


def addressed(data: bytes) -> tuple[object, ...]:
    """Return what is made of a request before anybody answers it: its address, host, cookies, tokens."""
    request = request_of(data)
    body = parted(data)[1]
    text = body.decode("utf-8", "replace")
    guard = HostGuard(_nobody, ("xuncha.example",), "m" * 32)
    found: list[object] = [_is_plain(dict(request.scope)), is_shown("m" * 32, text), safe_link(text)]
    if guard._refused(request.scope) is None:  # nobody else's request comes further
        found += [is_at_home(request), login_address(request, has_expired=True), confirm_address(request)]
        found += [cookies.cookie(request, cookies.SESSION), cookies.notice(request), flow_of(cookies.flow(request))]
    found += [flow_of(text), is_token(text, request.state.visitor), home_of(text), concealed(text)]
    path = own_path(text)
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        raise OpenError(f"a path that leads elsewhere: {path!r}")
    with suppress(LongRequestError):
        found.append(fields_of(body, MOST, with_empty=True))
    return (*found, path)


async def _nobody(*_: object) -> None:
    raise OpenError("asked")


def address_seeds() -> Iterator[bytes]:
    """Yield requests with cookies and addresses."""
    flow = Flow(state="s", nonce="n", verifier="v", wanted="/", at=1).written()
    cookie = f"__Host-xuncha=abc; __Host-xuncha-oidc={flow}"
    yield f"/metrics?a=b\nhost: xuncha.example:8080\ncookie: {cookie}\n\n{flow}".encode()
    yield b"/cases/1%00\nhost: [::1]:8080\ncookie: __Host-xuncha-notice=%E4%B8\n\n/accounts?a=b#c"
    yield b"/k/x\nhost: 127.0.0.1\nreferer: https://127.0.0.1/a?b\n\nBearer " + b"m" * 32
    yield b"/k/x\nhost: 127.0.0.1\nreferer: https://[::1\n\nhttps://[::1"


def tokens(data: bytes) -> tuple[object, ...]:
    """Return what a signed link permits, and what a subscription opens."""
    key = TokenKey(b"k" * 40)
    text = data.decode("utf-8", "replace")
    permit, number = key.read(text, NOW), key.read_calendar(text)
    if isinstance(permit, Permit) and key.issue(permit) != text:
        raise OpenError("two tokens for one permit")
    return permit, number


def token_seeds() -> Iterator[bytes]:
    """Yield tokens of links and of subscriptions."""
    key = TokenKey(b"k" * 40)
    token = key.issue(Permit(purpose=Purpose.UNIT, message="01J0000000000000000000000A", until=NOW))
    yield token.encode()
    yield key.calendar(7).encode()


def asked(data: bytes) -> tuple[object, ...]:
    """Return what the interface for programs makes of a query and a body, whichever operation they are for."""
    request = request_of(data)
    body = parted(data)[1]
    found: list[object] = []
    for operation in OPERATIONS:
        with suppress(ProblemError):
            found.append(_parameters(operation, request))
        model = body_model(operation)
        if model is not None:
            with suppress(ProblemError):
                found.append(read_body(model, body))
        if isinstance(operation, ListReading):
            with suppress(BadCursorError):
                found.append(place_of(body.decode("utf-8", "replace"), operation.kinds))
    return tuple(found)


def asked_seeds() -> Iterator[bytes]:
    """Yield a query and a body with the fields of each operation."""
    for operation in OPERATIONS:
        query = urlencode(dict.fromkeys(operation.parameters.model_fields, "1"))
        model = body_model(operation)
        fields = ", ".join(f'"{name}": "2026-03-01"' for name in model.model_fields) if model else ""
        yield f"/api/v1?{query}\n\n{{{fields}}}".encode()
    yield b"/api/v1?cursor=x\n\n" + cursor_of((NOW, 7)).encode()


def chosen(data: bytes) -> tuple[object, ...]:
    """Return what filters and fields of forms make of what was typed."""
    text = data.decode("utf-8", "replace")
    given = dict(line.partition("=")[::2] for line in text.split("\n"))
    found: list[object] = [links_in(text)]
    for read in (
        partial(filters.account_query, given, (), Names()),
        partial(filters.message_tab, text),
        partial(filters.message_filter, given, (), Names(), None),
        partial(filters.hand_filter, given, (), Names()),
        partial(filters.audit_filter, given),
    ):
        with suppress(HTTPException):
            found.append(read())
    with suppress(RefusedError):
        found.append(_moment(text))
    with suppress(RefusedError):
        found.append(unit_forms._day(text, NOW.date()))
    with suppress(BadChannelError):
        found.append(endpoint_of(text))
    with suppress(ValueError):
        found.append(written_day(text))
    with suppress(BadPeriodError):
        found.append(Period.of(text))
    day = typed_day(text, NOW.date())
    if not isinstance(day, date | Sign | Misread):
        raise OpenError("neither a day nor why it is none")
    return (*found, day)


CHOSEN = (
    "2026-03-01", "3月1日", "26.3.1", "2026-05-19 09:05", "2026年第1季度", "2026-01-01..2026-03-01", "2026Q1", "今天",
    "due=2026-03-01\nsort=light\nlight=red\nunit=缙云县/示例局\nplatform=weibo\npage=2",
    "请看 https://m.weibo.cn/detail/5114214141414141，谢谢 b23.tv/abc",
)  # fmt: skip


def targets() -> Iterator[Target]:
    """Yield the targets of what is sent."""
    yield Target(name="tables", read=tables, gives=tuple, seeds=table_seeds)
    yield Target(name="uploads", read=uploaded, gives=tuple, closed=(HTTPException,), seeds=lambda: UPLOADS)
    yield Target(name="forms", read=formed, gives=tuple, closed=(HTTPException,), seeds=lambda: FORMS, longest=16_000)
    yield Target(name="addresses", read=addressed, gives=tuple, seeds=address_seeds, longest=8_000)
    yield Target(name="signed-links", read=tokens, gives=tuple, seeds=token_seeds, longest=1_000)
    yield Target(name="interface", read=asked, gives=tuple, seeds=asked_seeds, longest=8_000)
    yield Target(
        name="typed", read=chosen, gives=tuple, seeds=lambda: (text.encode() for text in CHOSEN), longest=2_000
    )
