"""What a document says stands in the Word file, as text, at its place; and the same values make the same bytes."""

import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.documents import Attachment, Document, DocumentLayout, Paragraph, SectionHeading
from monitor.documents.document import Table
from monitor.documents.numbered import in_chinese
from monitor.documents.word.tables import TooManyCellsError
from monitor.documents.word.xml import UNPRINTABLE, plain_text
from tests.documents.word.build import (
    HOSTILE,
    W,
    body_of,
    bulletin,
    like,
    listing,
    paragraphs,
    part,
    row,
    text_of,
    written,
)

TEXTS = st.text(st.characters(), max_size=400) | st.sampled_from(HOSTILE)


@given(text=TEXTS)
def test_whatever_a_value_says_is_text_everywhere(text: str) -> None:
    document = Document(
        title=text,
        table=Table.of(("头", text), ((text, 1),)),
        head=(text,),
        layout=DocumentLayout.BULLETIN,
        addressee=text,
        body=(
            SectionHeading(text=text),
            SectionHeading(text=text, level=2),
            Paragraph(text=text),
            Table.of((text,), ((text,),)),
        ),
        attachments=(Attachment(title=text, table=Table.of((text,), ((text,),)), head=(text,)),),
        signer=text,
        dated=date(2026, 11, 30),
        number=text,
    )
    said, seen = plain_text(text), paragraphs(written(document))
    expected = [said, f"{said}：", f"一、{said}", f"（一）{said}", said, said, said, f"附件：{said}", said, said, said]
    rest = iter(seen)
    assert all(each in rest for each in expected if each.strip())
    listed = paragraphs(written(replace(document, layout=DocumentLayout.TABLE)))
    assert listed.count(said) >= 5


@given(text=TEXTS)
def test_a_text_keeps_every_sign_that_can_be_printed(text: str) -> None:
    kept = plain_text(text)
    assert [sign for sign in kept if sign.isprintable() and sign != UNPRINTABLE] == [
        sign for sign in text if sign.isprintable() and sign != UNPRINTABLE
    ]
    assert not any("\u202a" <= sign <= "\u202e" or "\ud800" <= sign <= "\udfff" for sign in kept)


def test_nothing_of_a_hostile_name_is_a_command() -> None:
    body = body_of(written(bulletin([row(number, name) for number, name in enumerate(HOSTILE)], HOSTILE[2])))
    cells = [text_of(cell) for cell in body.iter(f"{W}tc")]
    assert all(plain_text(name) in cells for name in HOSTILE)
    assert not list(body.iter(f"{W}instrText"))


@pytest.mark.parametrize("layout", DocumentLayout)
def test_the_same_values_make_the_same_bytes(layout: DocumentLayout) -> None:
    script = (
        "import sys; from monitor.documents import DocumentLayout;"
        "from tests.documents.word.build import like, written;"
        f"sys.stdout.buffer.write(written(like(DocumentLayout.{layout.name})))"
    )
    once = written(like(layout))
    again = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    )
    assert once == again.stdout
    with ZipFile(io.BytesIO(once)) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_properties_of_the_file_are_those_of_the_document() -> None:
    core = {node.tag.rpartition("}")[2]: node.text for node in part(written(bulletin()), "docProps/core.xml")}
    assert core["title"] == bulletin().title
    assert core["creator"] == "示例县人民政府办公室"
    assert core["created"] == core["modified"] == "2026-11-30T00:00:00Z"
    assert not core.get("lastModifiedBy")


def test_headings_are_numbered_and_attachments_too() -> None:
    seen = paragraphs(written(bulletin()))
    assert [text for text in seen if text[:2] in {"一、", "二、", "三、"}] == [
        "一、总体情况",
        "二、主要问题",
        "三、工作要求",
    ]
    assert seen.count("（一）更新不及时") == 3
    assert [text for text in seen if text.startswith("附件")] == ["附件：1.全县政务新媒体问题清单", "附件1", "附件2"]
    alone = replace(bulletin(), attachments=bulletin().attachments[:1])
    assert [text for text in paragraphs(written(alone)) if text.startswith("附件")] == [
        "附件：全县政务新媒体问题清单",
        "附件",
    ]


@pytest.mark.parametrize(
    ("number", "said"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五")]
)
def test_numbers_of_headings(number: int, said: str) -> None:
    assert in_chinese(number) == said


def test_a_draft_says_so_and_has_no_number_until_it_is_given_one() -> None:
    draft, final = bulletin(), replace(bulletin(), is_draft=False, number="示政办发〔2026〕12号")
    assert paragraphs(written(draft))[:2] == ["送审稿", "〔　　〕　　号"]
    assert paragraphs(written(final))[0] == "示政办发〔2026〕12号"
    assert "送审稿" not in "".join(paragraphs(written(final)))


def test_the_head_of_a_table_stands_on_every_page_and_rows_stay_whole() -> None:
    (table,) = body_of(written(listing([row(number) for number in range(60)]))).iter(f"{W}tbl")
    head, *rows = table.iter(f"{W}tr")
    assert len(rows) == 60
    assert head.find(f"{W}trPr/{W}tblHeader") is not None
    assert all(each.find(f"{W}trPr/{W}cantSplit") is not None for each in (head, *rows))
    assert not any(each.find(f"{W}trPr/{W}tblHeader") is not None for each in rows)


def test_a_row_higher_than_a_page_may_break() -> None:
    (table,) = body_of(written(listing([row(1, "长" * 3000)]))).iter(f"{W}tbl")
    assert [each.find(f"{W}trPr/{W}cantSplit") is not None for each in table.iter(f"{W}tr")] == [True, False]


@given(
    names=st.lists(st.text("名称 ab-12", min_size=1, max_size=30), min_size=1, max_size=13),
    texts=st.lists(st.text("文 ab-12\n", max_size=60), max_size=8),
)
def test_the_columns_fill_the_page_whatever_they_say(names: list[str], texts: list[str]) -> None:
    body = body_of(written(listing([tuple(texts)] if texts else [], names)))
    (table,) = body.iter(f"{W}tbl")
    widths = [int(column.get(f"{W}w", "")) for column in table.iter(f"{W}gridCol")]
    page, margins = body.find(f".//{W}pgSz"), body.find(f".//{W}pgMar")
    assert page is not None
    assert margins is not None
    room = int(page.get(f"{W}w", "")) - int(margins.get(f"{W}left", "")) - int(margins.get(f"{W}right", ""))
    assert len(widths) == len(names)
    assert sum(widths) == room
    assert min(widths) > 0


def test_a_row_of_more_columns_than_a_page_holds_is_a_table_of_its_own() -> None:
    names = [f"第{number}列" for number in range(18)]
    body = body_of(written(listing([range(18), range(18, 36)], names)))
    first, second = ([text_of(cell) for cell in table.iter(f"{W}tc")] for table in body.iter(f"{W}tbl"))
    assert first == [text for number, name in enumerate(names) for text in (name, str(number))]
    assert second[1::2] == [str(number) for number in range(18, 36)]
    assert len(list(body_of(written(listing([], names))).iter(f"{W}tbl"))) == 1


@pytest.mark.parametrize("layout", [DocumentLayout.TABLE, DocumentLayout.BULLETIN])
def test_a_table_without_rows_says_so(layout: DocumentLayout) -> None:
    document = bulletin() if layout is DocumentLayout.BULLETIN else listing()
    table = next(body_of(written(document)).iter(f"{W}tbl"))
    assert [text_of(each) for each in table.iter(f"{W}tr")][1] == "无"


def test_a_table_that_nobody_would_read_is_refused() -> None:
    with pytest.raises(TooManyCellsError):
        written(listing([row(number) for number in range(6100)]))


def turns(document: Document) -> list[tuple[str, str, str]]:
    """Return of every section whether it lies on its side, its upper and its left margin."""
    body = body_of(written(document))
    sizes, margins = body.iter(f"{W}pgSz"), body.iter(f"{W}pgMar")
    return [
        (size.get(f"{W}orient", "portrait"), margin.get(f"{W}top", ""), margin.get(f"{W}left", ""))
        for size, margin in zip(sizes, margins, strict=True)
    ]


UPRIGHT, ON_SIDE = ("portrait", "2098", "1588"), ("landscape", "1588", "1984")


def test_every_attachment_begins_a_page_and_lies_as_it_should() -> None:
    assert turns(bulletin()) == [UPRIGHT, ON_SIDE, UPRIGHT]
    assert turns(replace(bulletin(), attachments=())) == [UPRIGHT]
    assert turns(replace(bulletin(), attachments=bulletin().attachments[:1])) == [UPRIGHT, ON_SIDE]
    assert turns(replace(bulletin(), attachments=(), landscape=True)) == [ON_SIDE]


def test_the_foot_of_the_page_stays_in_every_section() -> None:
    body = body_of(written(bulletin()))
    assert len(list(body.iter(f"{W}sectPr"))) == 3
    assert all(len(section.findall(f"{W}footerReference")) == 2 for section in body.iter(f"{W}sectPr"))


def test_a_document_as_word_is_for_its_owner_alone(tmp_path: Path) -> None:
    from monitor.documents import write  # noqa: PLC0415 - as the commands do

    path = tmp_path / "通报.docx"
    write(path, bulletin(), tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == written(bulletin())
