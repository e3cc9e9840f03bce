"""Every document that can be handed out has its command, is written, and has its word in the audit log."""

from __future__ import annotations

import pytest

from monitor.actions.documents import Handout
from monitor.core.finding import State
from monitor.store import open_store
from monitor.web.audit import action_text
from tests.cli.office import HEADER, Office
from tests.cli.test_decision_table import finding, opened
from tests.documents.word.build import paragraphs, template_of
from tests.wordbook import paragraph

ROW = ("A01", "示例发布", "微博", "示例县教育局", "联络员甲")


OF_A_PAGE = frozenset({Handout.ACCOUNTS, Handout.DECISIONS})
"""What is taken from a page, as it is filtered there, and has no command."""


def open_case(office: Office, state: State = State.VIOLATED) -> int:
    """Open a case of the account A01 about a trouble that its unit can put right, and return its number."""
    with open_store(office.address) as store, store.begin() as tx:
        return opened(tx, finding("PER-01", state, is_mandatory=False))


@pytest.mark.parametrize("document", sorted(set(Handout) - OF_A_PAGE, key=str), ids=lambda document: document.value)
def test_every_document_is_handed_out_by_its_command_and_written_down(office: Office, document: Handout) -> None:
    office.type("import", "roster", office.table(ROW, header=(*HEADER, "联络员"))).done()
    about = {
        Handout.PERSONAL_DATA: ("--person", "联络员甲"),
        Handout.NOTICE: (open_case(office),),
        Handout.HANDOVER: ("A01",),
    }.get(document, ())
    path = office.folder / "文件.csv"
    office.type(*document.value.removesuffix(" log").split(), *about, "--out", path).done()
    assert path.read_text("utf-8-sig").strip()
    assert office.rows("SELECT action FROM acts ORDER BY id DESC LIMIT 1") == [(document.value,)]


@pytest.mark.parametrize("document", Handout, ids=lambda document: document.value)
def test_every_document_has_its_word_in_the_audit_log(document: Handout) -> None:
    assert action_text(document.value) != document.value


@pytest.fixture
def listed(office: Office) -> Office:
    office.type("import", "roster", office.table(ROW, header=(*HEADER, "联络员"))).done()
    return office


@pytest.mark.parametrize("ending", ["docx", "xlsx", "csv", "json"])
def test_a_notice_and_a_handover_are_written_in_every_form(listed: Office, ending: str) -> None:
    number = open_case(listed)
    for words in (("case", "notice", number), ("handover", "A01")):
        path = listed.folder / f"文件.{ending}"
        said = listed.type(*words, "--out", path).done()
        assert said == f"已写入 {path}。\n"
        assert path.stat().st_mode & 0o777 == 0o600
    assert list(listed.rows("SELECT action, detail FROM acts ORDER BY id DESC LIMIT 2")) == [
        ("handover", "A01"),
        ("case notice", f"事项{number}"),
    ]


def test_no_notice_is_written_about_what_is_no_certain_trouble(listed: Office) -> None:
    number, path = open_case(listed, State.SUSPECTED), listed.folder / "通知.docx"
    assert "目前为“疑似”" in listed.type("case", "notice", number, "--out", path).refused()
    assert "没有编号为99的事项" in listed.type("case", "notice", 99, "--out", path).refused()
    assert "没有账号“A99”" in listed.type("handover", "A99", "--out", path).refused()
    assert not path.exists()
    assert listed.rows("SELECT count(*) FROM acts WHERE action IN ('case notice', 'handover')") == [(0,)]


def test_the_office_s_own_template_is_used_and_its_fault_told_by_its_name(listed: Office) -> None:
    own = listed.folder / "config" / "documents"
    own.mkdir()
    path = listed.folder / "交接.docx"
    (own / "handover.docx").write_bytes(template_of(paragraph("本办交接单：{{ 标题 }}")))
    listed.type("handover", "A01", "--out", path).done()
    assert paragraphs(path.read_bytes())[0] == "本办交接单：政务新媒体账号交接单"
    path.unlink()
    (own / "handover.docx").write_bytes(template_of(paragraph("{{ 账号名 }}")))
    said = listed.type("handover", "A01", "--out", path).refused()
    assert "模板 handover.docx：没有字段“账号名”" in said
    assert not path.exists()
