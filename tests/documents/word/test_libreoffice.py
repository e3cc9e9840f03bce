"""LibreOffice opens every document, and what it prints has the pages and the words that it should."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.documents import DocumentLayout, Paragraph
from monitor.documents.word.xml import plain_text
from tests.documents.word.build import HOSTILE, bulletin, like, listing, row, written
from tests.documents.word.office_program import TEXT, lines_of, pages_of
from tests.documents.word.office_program import printed as convert

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of all documents, as PDF and as text: LibreOffice is started once for each."""
    folder = tmp_path_factory.mktemp("printed")
    hostile = [row(number, name) for number, name in enumerate(HOSTILE)]
    documents = {
        "quarter": bulletin([row(number) for number in range(30)]),
        "county": bulletin([row(number) for number in range(250)]),
        "empty": bulletin(),
        "hostile": bulletin(hostile, "".join(HOSTILE)),
        "list": listing(hostile),
        "cards": listing([range(18)], [f"第{number}列" for number in range(18)]),
        **{layout.value: like(layout) for layout in DocumentLayout},
    }
    for name, document in documents.items():
        (folder / f"{name}.docx").write_bytes(written(document))
    for kind in ("pdf", TEXT):
        convert(folder, kind)
    return folder


def test_every_document_is_opened(printed: Path) -> None:
    names = {path.stem for path in printed.glob("*.docx")}
    assert {path.stem for path in printed.glob("*.pdf")} == {path.stem for path in printed.glob("*.txt")} == names
    assert all(map(pages_of, printed.glob("*.pdf")))


def test_a_long_table_breaks_over_pages_and_an_empty_one_does_not(printed: Path) -> None:
    pages = {name: pages_of(printed / f"{name}.pdf") for name in ("empty", "quarter", "county")}
    assert pages["empty"] < pages["quarter"] < pages["county"]
    assert "无" in (printed / "empty.txt").read_text("utf-8-sig").splitlines()


def test_hostile_names_are_printed_as_they_are(printed: Path) -> None:
    seen = "".join((printed / "list.txt").read_text("utf-8-sig").split())
    for name in HOSTILE:
        assert "".join(plain_text(name).split()) in seen


def test_a_printed_page_has_22_lines_of_28_letters_and_its_number_outside(tmp_path: Path) -> None:
    text = replace(bulletin(), body=(Paragraph(text="国" * 3000),), attachments=())
    (tmp_path / "gb.docx").write_bytes(written(text))
    convert(tmp_path, "pdf")
    _, second, third, *_ = lines_of(tmp_path / "gb.pdf")
    for page, number in ((second, "—2—"), (third, "—3—")):
        assert page[:-1] == ["国" * 28] * 22
        assert page[-1] == number
