"""The imports page: what came in, and which rows nobody answers to."""

from __future__ import annotations

from datetime import date

from starlette.testclient import TestClient

from monitor.core.account import Platform
from monitor.core.bulletin import Problem
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.reference import Reference
from monitor.store import Store, imports, papers
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import NOW, Surroundings, account
from tests.web.test_pages import text_of


def take_in(store: Store, name: str = "示例新号") -> None:
    written = Reference(platform=Platform.WEIBO, name=name)
    paper = Paper(
        kind=PaperKind.ROUND,
        title="省平台月报",
        number=3,
        on=date(2026, 4, 30),
        entries=(NewEntry(written=written, problem=Problem.STALE),),
    )
    with store.begin() as tx:
        papers.save_papers(tx, [paper], file="通报.xlsx", known_at=NOW)
        number = imports.begin(tx, "bulletins", "通报.xlsx", as_of=NOW, known_at=NOW, by="命令行")
        imports.describe(tx, number, "新增1，待匹配1行")


def test_files_and_rows_to_match_are_listed(empty: Store, around: Surroundings) -> None:
    take_in(empty)
    page = text_of(client_of(empty, around).get("/imports").text)
    assert "通报“省平台月报”第3期 微博 “示例新号” 2周未更新 通报.xlsx" in page
    assert page.count("新增1，待匹配1行 命令行") == 1


def test_hostile_words_stay_words(empty: Store, around: Surroundings) -> None:
    take_in(empty, "<script>alert(1)</script>")
    page = client_of(empty, around).get("/imports").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_nothing_to_match_is_said_plainly(client: TestClient) -> None:
    page = text_of(client.get("/imports").text)
    assert "待匹配的行 无待匹配的行。" in page
    assert "缺失的期次 无缺失期次。" in page


def test_a_missing_round_is_named_with_what_to_do_and_is_a_task(empty: Store, around: Surroundings) -> None:
    enrol(empty, account("A01", "示例发布"), at=NOW)
    rounds = [Paper(kind=PaperKind.ROUND, title="省平台月报", number=number, on=date(2026, 4, 30)) for number in (1, 4)]
    with empty.begin() as tx:
        papers.save_papers(tx, rounds, file="通报.xlsx", known_at=NOW)
    client = client_of(empty, around)
    page = text_of(client.get("/imports").text)
    assert "通报“省平台月报”第2至3期" in page
    assert "确无此期的，请导入一行：只填系列、期次、印发日期，“覆盖全部”填“否”，账号留空。" in page
    assert "补录2期缺失的通报" in text_of(client.get("/").text)


def test_the_page_is_found_from_every_other(client: TestClient) -> None:
    assert '<a href="/imports">导入</a>' in client.get("/").text


def test_rows_to_match_are_a_task(empty: Store, around: Surroundings) -> None:
    enrol(empty, account("A01", "示例发布"), at=NOW)
    take_in(empty)
    page = client_of(empty, around).get("/").text
    assert "补全1行未匹配到账号的导入数据" in text_of(page)
    assert 'href="/imports"' in page
