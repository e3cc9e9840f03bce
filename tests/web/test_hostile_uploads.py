"""Uploads that are made to hurt, cut off, or simply wrong: one clear sentence each, and nothing is left of them."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path
from time import process_time

import pytest
from starlette.types import Message

from monitor.app.file_reader import FileReader
from monitor.ledger import bounds
from monitor.store import Store
from monitor.web.uploads import AT_ONCE, TOO_LARGE, shown_name
from tests.web.county import Surroundings
from tests.web.test_pages import text_of
from tests.web.uploading import Visit, roster, row

LINE = "账号ID,账号名称,平台,主办单位\nA01,=1+1,微博,示例局\n"


@pytest.fixture
def visit(empty: Store, around: Surroundings, tmp_path: Path) -> Visit:
    return Visit.of(empty, around, tmp_path / "uploads")


@pytest.fixture
def apart(empty: Store, around: Surroundings, tmp_path: Path) -> Visit:
    """Return a visitor whose files are read in a process of their own."""
    return Visit.of(empty, around, tmp_path / "uploads", read=FileReader())


def bomb(unpacked: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * unpacked)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "空.xlsx", "文件是空的；请核对是否选错了文件。"),
        (b"  \r\n ", "空.csv", "文件是空的"),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600,
            "加密.xlsx",
            "是旧版 xls 或加密的文件，请用 Excel 打开后另存为不加密的 xlsx",
        ),
        (b"%PDF-1.7\n\0\0", "通知.pdf", "不是 xlsx 或 csv 表格"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "截图.xlsx", "不是 xlsx 或 csv 表格"),
        (b"PK\x03\x04" + b"x" * 100, "坏.xlsx", "不是 xlsx 表格，或文件已损坏"),
        (bomb(bounds.UNPACKED + 1), "大.xlsx", "表格解压后超过 100 MB，请删去图片和多余的工作表，或分成几个文件导入"),
    ],
    ids=["empty", "blank", "encrypted", "pdf", "png", "torn", "bomb"],
)
def test_what_is_no_table_is_said_at_the_file_and_nothing_is_kept(
    apart: Visit, content: bytes, name: str, said: str
) -> None:
    answer = apart.send(content, name)
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert apart.kept == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_any_encoding_and_its_formulas_stay_text(visit: Visit, encoding: str) -> None:
    page = text_of(visit.page(visit.upload(LINE.encode(encoding), "台账.csv")))
    assert "新增 1" in page
    assert "A01 “=1+1”" in page


def test_what_is_too_large_is_said_although_the_browser_still_sends(visit: Visit) -> None:
    answer = visit.send(b"a" * (50 * 1024 * 1024), "大.csv")
    assert (answer.status_code, TOO_LARGE in answer.text, visit.kept) == (413, True, [])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\甲\\台账.xlsx", "台账.xlsx"),
        ("/x/y/..", ""),
        ("台\u202e账.xlsx", "台账.xlsx"),
        ("a\nb\x00.csv", "a b.csv"),
        (f"{'长' * 300}.xlsx", f"{'长' * 92}…长长.xlsx"),
        ("<script>.xlsx", "<script>.xlsx"),
    ],
)
def test_what_a_file_is_called_is_shown_and_leads_nowhere(visit: Visit, empty: Store, written: str, shown: str) -> None:
    assert shown_name(written).replace(" ", "") == shown.replace(" ", "")
    address = visit.upload(roster(row("A01")), written)
    assert sorted(Path(name).suffix for name in visit.kept) == [".file", ".json"]
    assert {Path(name).stem for name in visit.kept} == {address.rpartition("/")[2]}
    assert "<script>" not in visit.page(address).partition("<main")[2]
    assert {entry.name for entry in visit.folder.parent.iterdir()} >= {"uploads"}
    assert len(empty.url.database or "") > 0


def test_two_files_in_one_form_are_refused(visit: Visit) -> None:
    answer = visit.client.post(
        "/imports",
        data={"csrf": visit.token},
        files=[("file", ("a.csv", LINE.encode())), ("file", ("b.csv", LINE.encode()))],
    )
    assert (answer.status_code, "一次只能上传一个文件" in answer.text, visit.kept) == (400, True, [])


@pytest.mark.parametrize(
    "fields",
    [{f"x{number}": "1" for number in range(30)}, {"day": "1" * 5000}, {"n" * 5000: "1"}],
    ids=["many", "long", "name"],
)
def test_a_form_with_more_than_it_can_have_is_refused(visit: Visit, fields: dict[str, str]) -> None:
    answer = visit.client.post(
        "/imports", data={"csrf": visit.token} | fields, files={"file": ("a.csv", LINE.encode())}
    )
    assert answer.status_code in {400, 413}
    assert visit.kept == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=", b"--x"),
        ("multipart/form-data; boundary=" + "b" * 300, b""),
        ("multipart/form-data; boundary=x", b"--x\r\nno header at all\r\n\r\n1\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"\xff" * 1000),
        ("multipart/form-data; boundary=x", b"--x\r\ncontent-disposition: form-data; name=file\r\n\r\n1"),
    ],
)
def test_a_form_that_is_none_is_refused(visit: Visit, kind: str, body: bytes) -> None:
    answer = visit.client.post("/imports", content=body, headers={"content-type": kind})
    assert answer.status_code in {400, 403, 415}
    assert visit.kept == []


BROKEN = "上传的内容不完整，没有保存；请重新选择文件再上传。"


class Slow:
    """Uploads that come piece by piece, each when the test says so."""

    def __init__(self, visit: Visit) -> None:
        token, cookies = visit.token, visit.client.cookies.items()
        self._app = visit.client.app
        self._cookie = "; ".join(f"{name}={value}" for name, value in cookies)
        self.head = (
            f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
            '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        ).encode()

    async def send(self, *pieces: bytes, ends: asyncio.Event | None = None) -> tuple[int, str]:
        """Send the pieces, and then hang up where `ends` is given, else end; return status and text."""
        said: list[Message] = []
        waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]

        async def receive() -> Message:
            if waiting:
                return waiting.pop(0)
            if ends is None:
                return {"type": "http.request", "body": b"", "more_body": False}
            await ends.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            said.append(message)

        headers = {
            "host": "127.0.0.1:8080",
            "cookie": self._cookie,
            "content-type": "multipart/form-data; boundary=x",
        }
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/imports",
            "raw_path": b"/imports",
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8080),
        }
        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in said)
        return said[0]["status"], body.decode()


def test_an_upload_that_is_cut_off_leaves_nothing(visit: Visit) -> None:
    async def cut() -> tuple[int, list[str]]:
        ends, slow = asyncio.Event(), Slow(visit)
        sending = asyncio.create_task(slow.send(slow.head + b"a" * 100_000, ends=ends))
        while not visit.kept:  # noqa: ASYNC110 - what is waited for is on disk
            await asyncio.sleep(0)
        before = visit.kept
        ends.set()
        status, _ = await sending
        return status, before

    status, before = asyncio.run(cut())
    assert [Path(name).suffix for name in before] == [".part"]
    assert (status, visit.kept) == (400, [])


def test_an_upload_that_ends_too_early_is_said_to(visit: Visit) -> None:
    slow = Slow(visit)
    status, text = asyncio.run(slow.send(slow.head + LINE.encode()))
    assert (status, BROKEN in text, visit.kept) == (400, True, [])


def test_of_many_uploads_at_once_some_are_told_to_come_again_and_the_disk_is_not_filled(visit: Visit) -> None:
    async def many() -> list[tuple[int, str]]:
        slow, ends = Slow(visit), asyncio.Event()
        sending = [asyncio.create_task(slow.send(slow.head + b"a" * 1000, ends=ends)) for _ in range(300)]
        while sum(one.done() for one in sending) < 300 - AT_ONCE:  # noqa: ASYNC110 - until all but those
            await asyncio.sleep(0)
        assert len(visit.kept) == AT_ONCE
        ends.set()
        return list(await asyncio.gather(*sending))

    ended = asyncio.run(many())
    later = [text for status, text in ended if status == 503]
    assert len(later) == 300 - AT_ONCE
    assert all("同时上传的文件过多，没有保存；请等前面的传完再上传。" in text for text in later)
    assert visit.kept == []


def test_a_form_is_read_in_a_time_that_grows_with_it(visit: Visit) -> None:
    slow = Slow(visit)

    def took(count: int) -> float:
        begun = process_time()
        asyncio.run(slow.send(slow.head, *([b"\r\n--\r\n-\r\n--" * 4096] * count)))
        return process_time() - begun

    once = min(took(20) for _ in range(3))
    assert min(took(80) for _ in range(3)) < 10 * once + 0.2
