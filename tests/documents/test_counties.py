"""Every document of whole counties: LibreOffice opens it, nothing of it is lost, and its pages are well broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from monitor.documents import Document, DocumentLayout, Paragraph, SectionHeading
from monitor.documents.document import Table
from monitor.documents.numbered import numbered
from monitor.documents.word.xml import plain_text
from monitor.documents.writing import content_of
from tests.documents.counties import CountyOfDocuments, documents_of, empty, large, sample
from tests.documents.word.build import W, body_of, text_of
from tests.documents.word.office_program import TEXT, lines_of, pages_of
from tests.documents.word.office_program import printed as convert

pytestmark = pytest.mark.slow
COUNTIES: dict[str, Callable[[Path], AbstractContextManager[CountyOfDocuments]]] = {
    "sample": sample,
    "large": large,
    "empty": empty,
    "hostile": partial(large, hostile=True),
}
LETTERS = {"notice", "handover"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCounty:
    """The documents of a county, and the folder with what LibreOffice made of them."""

    name: str
    folder: Path
    documents: dict[str, Document]

    def text(self, name: str) -> str:
        """Return what LibreOffice reads in a document, without blanks."""
        return "".join((self.folder / f"{name}.txt").read_text("utf-8-sig").split())


@pytest.fixture(scope="module", params=COUNTIES)
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PrintedCounty:
    folder = tmp_path_factory.mktemp(request.param)
    with COUNTIES[request.param](tmp_path_factory.mktemp("county")) as made:
        documents = documents_of(made)
    for name, document in documents.items():
        (folder / f"{name}.docx").write_bytes(content_of(f"{name}.docx", document))
    for kind in ("pdf", TEXT):
        convert(folder, kind)
    return PrintedCounty(name=request.param, folder=folder, documents=documents)


def test_every_document_is_opened_and_the_week_is_one_page(county: PrintedCounty) -> None:
    pages = {path.stem: pages_of(path) for path in county.folder.glob("*.pdf")}
    assert set(pages) == set(county.documents)
    assert min(pages.values()) > 0
    assert pages["weekly-text"] == 1
    assert (set(county.documents) >= LETTERS) is (county.name != "empty")


def test_no_name_and_no_number_of_a_document_is_lost(county: PrintedCounty) -> None:
    for name, document in county.documents.items():
        text = county.text(name)
        for value in said_by(document):
            assert "".join(plain_text(value).split()) in text, (name, value)


def said_by(document: Document) -> Iterator[str]:
    """Yield everything that a document in Word says."""
    yield document.title
    yield from (block.text for block in numbered(document.body) if isinstance(block, SectionHeading | Paragraph))
    tables = [block for block in document.body if isinstance(block, Table)]
    if document.layout in {DocumentLayout.TABLE, DocumentLayout.HANDOVER}:
        tables.append(document.table)
    if document.layout is not DocumentLayout.WEEKLY:
        tables += [one.table for one in document.attachments]
    for table in tables:
        for row in table.rows:
            yield from (plain_text(value) for value in row)


def test_heads_of_tables_are_repeated_and_rows_are_whole(county: PrintedCounty) -> None:
    for name in county.documents:
        for table in body_of((county.folder / f"{name}.docx").read_bytes()).iter(f"{W}tbl"):
            head, *rows = table.iter(f"{W}tr")
            is_list = head.find(f"{W}trPr/{W}tblHeader") is not None
            assert is_list or len(list(table.iter(f"{W}gridCol"))) in {2, 4}, name  # a card, or a form to fill in
            assert not any(one.find(f"{W}trPr/{W}tblHeader") is not None for one in rows)
            for one in rows:
                is_whole = one.find(f"{W}trPr/{W}cantSplit") is not None
                assert is_whole or max(map(len, map(text_of, one.iter(f"{W}tc")))) > 60 or text_of(one) == "无", name


def test_no_heading_is_the_last_line_of_a_page(county: PrintedCounty) -> None:
    for name, document in county.documents.items():
        headings = {
            "".join(block.text.split()) for block in numbered(document.body) if isinstance(block, SectionHeading)
        } | {"".join(one.title.split()) for one in document.attachments}
        for page in lines_of(county.folder / f"{name}.pdf"):
            text = [line for line in page if not (line.startswith("—") and line.endswith("—"))]
            assert text, (name, "an empty page")
            assert text[-1] not in headings, name


def test_the_head_of_a_long_list_stands_on_every_page(county: PrintedCounty) -> None:
    name = "quarterly-problems"
    pages = lines_of(county.folder / f"{name}.pdf")
    assert all(any("主办单位" in line and "账号名称" in line for line in page) for page in pages)
    assert len(pages) > 1 or county.name == "empty"


def test_a_signed_document_has_room_for_its_day(county: PrintedCounty) -> None:
    for name in ("quarterly-text", "monthly-public"):
        assert "年月日" in county.text(name), name
