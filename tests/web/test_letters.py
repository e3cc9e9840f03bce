"""The notice of a case as a page hands it out: linked where its unit can be asked, else refused with the reason."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitor.core.case import LADDER
from monitor.store import Store
from monitor.store.audit import recent_audit
from monitor.store.cases import case_history
from monitor.web import create_app
from tests.documents.word.build import paragraphs, template_of
from tests.web.conftest import client_of
from tests.web.county import NEAR, OVERDUE, Surroundings, fill
from tests.wordbook import paragraph

LINK = "notice.docx"


@pytest.fixture
def own(empty: Store, around: Surroundings) -> TestClient:
    fill(empty)
    return client_of(empty, around)


def case_of(store: Store, account: str) -> int:
    with store.read() as tx:
        return next(case.id for case in case_history(tx, account) if case.rule == LADDER)


def test_the_notice_of_a_case_is_linked_from_its_page_and_kept_in_the_audit_log(own: TestClient, empty: Store) -> None:
    number = case_of(empty, OVERDUE.id)
    assert f'href="/cases/{number}/notice.docx"' in own.get(f"/cases/{number}").text
    answer = own.get(f"/cases/{number}/notice.docx")
    assert answer.status_code == 200
    assert answer.headers["content-type"].endswith("wordprocessingml.document")
    assert re.match(r'attachment; filename="[^"]*\.docx"', answer.headers["content-disposition"])
    seen = paragraphs(answer.content)
    assert f"{OVERDUE.unit}：" in seen
    assert any("已16天未更新" in text for text in seen)
    with empty.read() as tx:
        act = next(act for act in recent_audit(tx) if act.action == "case notice")
    assert (act.object, act.detail) == (f"整改通知单（事项{number}）.docx", f"事项{number}")


def test_where_nobody_can_be_asked_there_is_no_link_and_the_reason_is_said(own: TestClient, empty: Store) -> None:
    number = case_of(empty, NEAR.id)
    assert LINK not in own.get(f"/cases/{number}").text
    answer = own.get(f"/cases/{number}/notice.docx")
    assert answer.status_code == 409
    assert "目前为“需关注”" in answer.text
    assert own.get("/cases/999/notice.docx").status_code == 404
    assert own.get("/cases/x/notice.docx").status_code == 404
    with empty.read() as tx:
        assert not [act for act in recent_audit(tx) if act.action == "case notice"]


def test_a_fault_of_the_office_s_own_template_is_said_and_nothing_leaves(
    empty: Store, around: Surroundings, tmp_path: Path
) -> None:
    fill(empty)
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "notice.docx").write_bytes(template_of(paragraph("{{ 主办单 }}")))
    app = create_app(replace(around.view(empty), folder=tmp_path))
    client = TestClient(app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000))
    answer = client.get(f"/cases/{case_of(empty, OVERDUE.id)}/notice.docx")
    assert answer.status_code == 422
    assert "模板 notice.docx：没有字段“主办单”（是否应为“主办单位”？）" in answer.text
    with empty.read() as tx:
        assert not [act for act in recent_audit(tx) if act.action == "case notice"]
    (tmp_path / "documents" / "notice.docx").write_bytes(template_of(paragraph("本办：{{ 主办单位 }}")))
    fixed = client.get(f"/cases/{case_of(empty, OVERDUE.id)}/notice.docx")
    assert paragraphs(io.BytesIO(fixed.content).getvalue())[0] == f"本办：{OVERDUE.unit}"
