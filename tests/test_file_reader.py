"""Files are read in a process of their own: the same as here, within its limits, and nothing gets out of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.actions.imports.kinds import FILE_KINDS, Terms
from monitor.app.file_reader import WAITING, FileReader
from monitor.app.imports import import_office
from monitor.app.settings import load_settings
from monitor.ledger import LedgerError
from monitor.ledger.apart import BusyError
from monitor.ledger.guessing import Guess, Guessing
from monitor.ledger.reading import RosterReading
from monitor.store import Store, open_store
from tests.databases import migrated
from tests.file_jobs import Doing
from tests.ledger.making import table
from tests.store.build import account, enrol

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
HEADERS = {
    "roster": ("账号ID", "账号名称", "平台", "主办单位", "所属地区", "开设日期", "联络员", "联络员手机", "采集方式"),
    "posts": ("账号ID", "发布时间", "标题", "链接"),
    "filed-list": ("账号ID", "备案号", "备案日期"),
    "bulletins": ("系列", "期次", "印发日期", "覆盖全部", "平台", "账号名称", "问题类型", "最后更新日期"),
    "work-orders": ("工单编号", "平台", "账号名称", "问题", "下发日期", "办理期限"),
    "index": ("周次", "账号ID", "指数", "全县平均值"),
    "decisions": ("账号ID", "规则", "决定", "决定人", "日期", "说明", "依据文号"),
    "records": ("类型", "对象", "日期", "结果", "人数", "内容"),
}
ROWS: Mapping[str, Sequence[object]] = {
    "roster": (
        *("A02", "名", "微博", "示例局", "", date(2020, 1, 1)),
        *("联络员甲、联络员乙", "13800000001、13800000002", "weibo=1234567890"),
    ),
    "posts": ("A01", datetime(2026, 11, 29, 9, 30), "标题", "https://example.invalid/1"),  # noqa: DTZ001 - a cell
    "filed-list": ("A01", "示例备1", date(2026, 1, 1)),
    "bulletins": ("省平台月报", 3, date(2026, 11, 1), "是", "微博", "没有的号", "2周未更新", date(2026, 10, 1)),
    "work-orders": ("GD-1", "微博", "没有的号", "2周未更新", date(2026, 11, 1), date(2026, 12, 1)),
    "index": ("2026-W40", "A01", 12.5, 30),
    "decisions": ("A01", "UPD-03", "保留", "县府办", date(2026, 11, 1), "说明", "示例〔2026〕1号"),
    "records": ("培训", "AREA", date(2026, 11, 1), "", "", "内容"),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "xuncha.db")) as store:
        yield store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "表.csv"
    path.write_text("账号ID,账号名称,平台,主办单位\n")
    return path


def ask(what: str, path: Path, **limits: Any) -> Guess:  # noqa: ANN401 - limits of a reader
    return FileReader(**limits).read(Doing(what), path, "表.csv")


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_a_file_is_read_apart_as_it_is_read_here(store: Store, tmp_path: Path, kind: str) -> None:
    office = import_office(load_settings(Path(__file__).parents[1] / "config", None))
    enrol(store, account("A01", area=office.areas[0]))
    path = table(tmp_path / "表.xlsx", HEADERS[kind], [office.areas[0] if v == "AREA" else v for v in ROWS[kind]])
    with store.read() as tx:
        reading = FILE_KINDS[kind].reading(tx, office, Terms(as_of=NOW, now=NOW))
        again = FILE_KINDS[kind].reading(tx, office, Terms(as_of=NOW, now=NOW))
    here = reading(path)
    assert FileReader().read(reading, path, path.name) == here
    assert reading == again
    assert FileReader().read(Guessing(), path, path.name) == Guess(kind)


def test_every_fault_comes_back_with_its_place(tmp_path: Path) -> None:
    path = table(tmp_path / "台账.xlsx", ("账号ID", "账号名称", "平台", "主办单位"), ("", "名", "微勃", "示例局"))
    reading = RosterReading(
        areas=("示例县",), collectors=(), channels=(), forms={}, before=(), until=date(2026, 11, 30)
    )
    with pytest.raises(LedgerError) as apart:
        FileReader().read(reading, path, path.name)
    with pytest.raises(LedgerError) as here:
        reading(path)
    assert apart.value.faults == here.value.faults


def test_what_takes_too_long_or_too_much_is_one_sentence_with_what_to_do(path: Path) -> None:
    with pytest.raises(LedgerError, match=r"^表\.csv：核对用了20秒还没有完，请删去表格以外的内容，或分成几个文件"):
        ask("work", path, seconds=3)
    for what in ("memory", "much"):
        with pytest.raises(LedgerError, match=r"^表\.csv：内容过多，无法核对，请分成几个文件"):
            ask(what, path)


@pytest.mark.parametrize("what", ["end", "bug", "other"])
def test_whatever_else_happens_over_a_file_refuses_it(path: Path, what: str) -> None:
    with pytest.raises(LedgerError, match=r"^表\.csv：无法读取这个文件，请用 Excel 或 WPS 打开后另存为 xlsx，再上传$"):
        ask(what, path)


def test_a_process_that_sleeps_is_ended(path: Path) -> None:
    with pytest.raises(LedgerError, match="无法读取这个文件"):
        ask("work", path, patience=0.2)


@pytest.mark.parametrize("what", ["network", "files", "child", "write"])
def test_nothing_of_the_machine_is_open_to_a_file(path: Path, what: str) -> None:
    assert ask(what, path).kind in {"PermissionError", "OSError"}


def test_the_process_is_told_nothing_of_the_services_surroundings(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNCHA_KEY", "secret")
    assert set(ask("environment", path).kind.split(",")) <= {"LANG", "LC_CTYPE", "PATH"}


def test_more_files_than_can_wait_are_told_to_come_again(path: Path) -> None:
    async def many() -> list[object]:
        reader = FileReader()
        asked = [reader(Guessing(), path, "表.csv") for _ in range(WAITING + 3)]
        return await asyncio.gather(*asked, return_exceptions=True)

    ended = asyncio.run(many())
    assert sum(isinstance(one, BusyError) for one in ended) == 3
    assert sum(one == Guess("roster") for one in ended) == WAITING
