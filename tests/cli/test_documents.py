"""Every document that can be handed out has its command, is written, and has its word in the audit log."""

from __future__ import annotations

import pytest

from monitor.actions.documents import Handout
from monitor.web.audit import action_text
from tests.cli.office import HEADER, Office

ROW = ("A01", "示例发布", "微博", "示例县教育局", "联络员甲")


OF_A_PAGE = frozenset({Handout.ACCOUNTS})
"""What is taken from a page, as it is filtered there, and has no command."""


@pytest.mark.parametrize("document", sorted(set(Handout) - OF_A_PAGE, key=str), ids=lambda document: document.value)
def test_every_document_is_handed_out_by_its_command_and_written_down(office: Office, document: Handout) -> None:
    office.type("import", "roster", office.table(ROW, header=(*HEADER, "联络员"))).done()
    person = ("--person", "联络员甲") if document is Handout.PERSONAL_DATA else ()
    path = office.folder / "文件.csv"
    office.type(*document.value.removesuffix(" log").split(), *person, "--out", path).done()
    assert path.read_text("utf-8-sig").strip()
    assert office.rows("SELECT action FROM acts ORDER BY id DESC LIMIT 1") == [(document.value,)]


@pytest.mark.parametrize("document", Handout, ids=lambda document: document.value)
def test_every_document_has_its_word_in_the_audit_log(document: Handout) -> None:
    assert action_text(document.value) != document.value
