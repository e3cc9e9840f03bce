"""The office's own Word templates: taken out by a command, and checked with the settings."""

from __future__ import annotations

from monitor.documents import DocumentLayout
from monitor.documents.word.template import delivered
from tests.cli.office import Office
from tests.documents.word.build import template_of
from tests.wordbook import paragraph


def test_the_templates_are_put_into_the_settings_folder_and_those_there_are_left(office: Office) -> None:
    own = office.folder / "config" / "documents"
    own.mkdir()
    (own / "notice.docx").write_bytes(b"mine")
    said = office.type("config", "documents").done()
    assert "其余的已有，没有改动。" in said
    assert {path.name for path in own.iterdir()} == {f"{layout.value}.docx" for layout in DocumentLayout}
    assert (own / "notice.docx").read_bytes() == b"mine"
    assert all(
        (own / f"{layout.value}.docx").read_bytes() == delivered(layout)
        for layout in DocumentLayout
        if layout is not DocumentLayout.NOTICE
    )


def test_templates_as_they_come_along_are_right(office: Office) -> None:
    office.type("config", "documents").done()
    assert office.type("config", "check").done().startswith("设置正确")


def test_every_template_that_is_wrong_is_told_of_with_the_settings(office: Office) -> None:
    own = office.folder / "config" / "documents"
    own.mkdir()
    branch = paragraph("{%p for 件 in 附件 %}") + paragraph("{{ 件.名称 }}") + paragraph("{%p endfor %}")
    (own / "bulletin.docx").write_bytes(template_of(branch))
    (own / "table.docx").write_bytes(b"no Word file")
    (own / "notcie.docx").write_bytes(delivered(DocumentLayout.NOTICE))
    said = office.type("config", "check").refused(problems=3).splitlines()
    assert said[0].startswith("模板 bulletin.docx：没有字段“名称”")
    assert said[1].startswith("模板 notcie.docx：没有这个名称的模板（是否应为“notice.docx”？）")
    assert said[2] == "模板 table.docx：不是 Word 文档，请在 Word 或 WPS 中另存为 .docx。"
