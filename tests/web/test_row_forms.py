"""Forms of one account and one record: shown before they are kept, by the same way as files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from httpx2 import Response
from starlette.testclient import TestClient

from monitor.actions.imports.single import cells_of
from monitor.core.account import Account, AccountStatus, Role
from monitor.core.record import RecordKind, Result
from monitor.ledger.columns import COLUMNS
from monitor.ledger.uploads import Uploads
from monitor.store import Store, open_store, roster, tables
from monitor.web import create_app
from monitor.web.imports import Imports
from monitor.web.page_context import PageContext
from monitor.web.roster_form import GROUPS
from tests.databases import migrated
from tests.store.build import enrol
from tests.web.browser import Browser
from tests.web.county import NEAR as POLLED
from tests.web.county import NOW, SERVICE, Surroundings
from tests.web.serving import served
from tests.web.sessions import text_of, token_in
from tests.web.uploading import office as import_office
from tests.web.uploading import read_here

NEAR = replace(POLLED, method=None)
EDIT = f"/accounts/{NEAR.id}/edit"


@dataclass
class Office:
    """A county whose forms are filled in, by a browser without scripts."""

    store: Store
    around: Surroundings
    client: TestClient

    def page(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def fields(self, page: str) -> dict[str, str]:
        """Return the fields of a page as a browser would send them."""
        found = {
            name: unescape(value)
            for name, value in re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page)
        }
        for name, options in re.findall(r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
            chosen = re.search(r"<option selected>([^<]*)<", options)
            found[name] = unescape(chosen[1]) if chosen else ""
        return {unescape(name): value for name, value in found.items()}

    def send(self, address: str, fields: dict[str, str], **cells: str) -> Response:
        said = (
            fields
            | {f"cell:{name}": value for name, value in cells.items()}
            | {"csrf": token_in(self.page("/accounts/new"))}
        )
        return self.client.post(address, data=said, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)

    def account(self, id_: str) -> Account:
        with self.store.read() as tx:
            found = roster.account(tx, id_)
        assert found is not None
        return found


@dataclass
class WithForms(Surroundings):
    """Pages that have forms, as the settings that come with the program want them."""

    folder: Path = Path()

    def view(self, store: Store) -> PageContext:
        imports = Imports(office=import_office(), uploads=Uploads(self.folder), read=read_here)
        return replace(super().view(store), imports=imports)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    around = WithForms(folder=tmp_path)
    with open_store(migrated(tmp_path / "xuncha.db")) as store:
        enrol(store, NEAR, replace(SERVICE, method=None), at=NOW)
        app = create_app(around.view(store))
        client = TestClient(
            app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000), raise_server_exceptions=False
        )
        yield Office(store, around, client)


def test_the_groups_of_the_form_have_every_column_of_the_roster_once() -> None:
    named = [column.name for group in GROUPS for column in group.columns]
    assert sorted(named) == sorted(column.name for column in COLUMNS)


def test_a_change_is_shown_before_it_is_kept(office: Office) -> None:
    fields = office.fields(office.page(EDIT))
    shown = office.send(EDIT, fields, 账号名称="示例教育发布", 状态="注销中")
    assert shown.status_code == 200
    said = text_of(shown.text)
    assert "账号名称： 示例教育 改为 示例教育发布" in said
    assert "继续监测和提醒更新，直到核实已注销" in said
    assert office.account(NEAR.id).name == "示例教育"
    kept = office.send(EDIT, office.fields(shown.text))
    assert (kept.status_code, kept.headers["location"]) == (303, f"/accounts/{quote(NEAR.id)}")
    after = office.account(NEAR.id)
    assert (after.name, after.status) == ("示例教育发布", AccountStatus.DEREGISTERING)
    assert after.contacts == NEAR.contacts, "what was not touched stays"


def test_what_was_shown_is_what_is_kept(office: Office) -> None:
    shown = office.send(EDIT, office.fields(office.page(EDIT)), 账号名称="一")
    other = office.send(EDIT, office.fields(shown.text), 账号名称="二")
    assert other.status_code == 200
    assert "改为 二" in text_of(other.text)
    assert office.account(NEAR.id).name == "示例教育"


def test_of_two_who_edit_at_once_the_second_is_told_and_keeps_what_was_typed(office: Office) -> None:
    mine, theirs = office.fields(office.page(EDIT)), office.fields(office.page(EDIT))
    shown = office.send(EDIT, theirs, 联络员手机="13800000009")
    assert office.send(EDIT, office.fields(shown.text)).status_code == 303
    late = office.send(EDIT, mine, 账号名称="我的名称")
    assert late.status_code == 409
    said = text_of(late.text)
    assert "刚才已被修改，您的修改没有保存" in said
    assert "联络员手机：现在为“13800000009”" in said
    assert 'value="我的名称"' in late.text
    assert office.account(NEAR.id).people(Role.LIAISON)[0].phone == "13800000009"


def test_a_change_between_the_showing_and_the_keeping_is_found_too(office: Office) -> None:
    shown = office.send(EDIT, office.fields(office.page(EDIT)), 账号名称="一")
    other = office.send(EDIT, office.fields(office.page(EDIT)), 账号名称="二")
    assert office.send(EDIT, office.fields(other.text)).status_code == 303
    late = office.send(EDIT, office.fields(shown.text))
    assert late.status_code == 409
    assert office.account(NEAR.id).name == "二"


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"平台": "微薄"}, "平台", "没有“微薄”这种平台"),
        ({"主办单位": ""}, "主办单位", "不能为空"),
        ({"开设日期": "2099-1-1"}, "开设日期", "还没有到"),
        ({"联络员手机": "123"}, "联络员手机", "11位"),
        ({"主页链接": "javascript:alert(1)"}, "主页链接", "http"),
    ],
)
def test_a_fault_stands_at_its_field_with_what_was_typed(
    office: Office, cells: dict[str, str], column: str, said: str
) -> None:
    answer = office.send(EDIT, office.fields(office.page(EDIT)), **cells)
    assert answer.status_code == 422
    assert f'href="#cell:{column}"' in answer.text
    assert said in text_of(answer.text)
    assert 'aria-invalid="true"' in answer.text


def test_an_account_is_added_and_its_id_is_nobody_else_s(office: Office) -> None:
    fields = office.fields(office.page("/accounts/new"))
    taken = office.send("/accounts/new", fields, 账号ID=NEAR.id, 账号名称="新", 平台="微博", 主办单位="示例县教育局")
    assert taken.status_code == 422
    assert "已经是“示例教育”的编号" in text_of(taken.text)
    shown = office.send("/accounts/new", fields, 账号ID="JY-100", 账号名称="新", 平台="微博", 主办单位="示例县教育局")
    assert "新增 JY-100" in text_of(shown.text)
    assert office.send("/accounts/new", office.fields(shown.text)).status_code == 303
    assert office.account("JY-100").area == "示例县"


def test_a_change_holds_from_the_day_that_is_said_and_no_later_one(office: Office) -> None:
    fields = office.fields(office.page(EDIT))
    late = office.send(EDIT, fields | {"from": "2099-01-01"}, 账号名称="一")
    assert late.status_code == 422
    assert "自何日起" in text_of(late.text)
    shown = office.send(EDIT, fields | {"from": "2026-05-19"}, 账号名称="一")
    assert office.send(EDIT, office.fields(shown.text)).status_code == 303


def test_every_cell_of_an_account_comes_back_as_it_was(office: Office) -> None:
    shown = office.send(EDIT, office.fields(office.page(EDIT)))
    assert "没有改变任何内容" in shown.text
    assert cells_of(NEAR)["联络员"] == "联络员甲"


def test_nobody_s_account_has_no_form(office: Office) -> None:
    assert office.client.get("/accounts/JY-999/edit").status_code == 404


@pytest.mark.parametrize("kind", RecordKind, ids=lambda kind: kind.value)
def test_every_kind_of_record_has_its_form_with_its_closed_values(office: Office, kind: RecordKind) -> None:
    page = office.page(f"/records/new?kind={kind.value}")
    assert f"登记“{kind.label}”记录" in page
    assert 'name="cell:对象"' in page


def test_a_record_is_shown_and_then_kept_as_an_import_keeps_it(office: Office) -> None:
    address = "/records/new?kind=interaction"
    shown = office.send(address, {}, 对象=NEAR.id, 日期="2026-05-18", 结果="存在问题", 内容="评论区未开放")
    assert shown.status_code == 200, shown.text
    assert "互动核查" in text_of(shown.text)
    kept = office.send(address, office.fields(shown.text))
    assert kept.status_code == 303
    with office.store.read() as tx:
        row = tx.execute(sa.select(tables.records)).one()
        act = tx.execute(sa.select(tables.acts).order_by(tables.acts.c.id.desc()).limit(1)).one()
    assert (row.kind, row.result) == (RecordKind.INTERACTION, Result.FAULTY)
    assert (act.action, act.object) == ("import records", "记录表单：互动核查")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"对象": "nobody", "日期": "2026-05-18", "结果": "正常"}, "不是台账中的账号"),
        ({"对象": "JY-002", "日期": "2099-5-18", "结果": "正常"}, "晚于今天"),
        ({"对象": "JY-002", "日期": "2026-05-18", "结果": "还行"}, "还行"),
    ],
)
def test_a_record_that_cannot_be_is_told_at_its_field(office: Office, cells: dict[str, str], said: str) -> None:
    answer = office.send("/records/new?kind=interaction", {}, **cells)
    assert answer.status_code == 422
    assert said in text_of(answer.text)


def test_an_unknown_kind_is_told(office: Office) -> None:
    assert office.client.get("/records/new?kind=nothing").status_code == 400
    assert "互动核查" in office.page("/records/new")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_forms_are_whole_and_fit(chromium: Browser, office: Office, width: int, tmp_path: Path) -> None:
    with served(office.store, office.around) as address:
        for page in (EDIT, "/accounts/new", "/records/new", "/records/new?kind=institution"):
            sight = chromium.look(f"{address}{page}", width=width, picture=tmp_path / "page.png")
            assert sight.complaints == (), page
            assert not sight.is_too_wide, page


def test_the_pages_lead_to_the_forms(office: Office) -> None:
    assert 'href="/accounts/new"' in office.page("/accounts")
    account = office.page(f"/accounts/{NEAR.id}")
    assert f'href="{EDIT}"' in account
    assert f'href="/looks?account={NEAR.id}"' in account
    assert 'href="/records/new"' in office.page("/imports")


def test_the_summary_of_the_account_form_names_each_field(office: Office) -> None:
    answer = office.send("/accounts/new", office.fields(office.page("/accounts/new")), 账号名称="示例新")
    assert answer.status_code == 422
    (summary,) = re.findall(r'<div class="faults".*?</div>', answer.text, re.DOTALL)
    said = re.findall(r'<a href="#cell:([^"]+)">([^<]+)</a>', summary)
    assert len(said) >= 2
    assert all(text.startswith(f"{field}：") for field, text in said)


def test_the_account_form_explains_and_looks_empty_where_it_is(office: Office) -> None:
    page = office.page("/accounts/new")
    assert "一般留空，按平台的默认方式采集" in page
    assert "账号在平台内部的编号" in page
    assert "placeholder" not in page
    assert "年-月-日，如2026-5-19" in page
