"""What a template may print: every field by its Chinese name, what it is, and how it comes from a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.documents.document import (
    Attachment,
    Block,
    Document,
    Illustration,
    Paragraph,
    SectionHeading,
    Table,
)
from monitor.documents.numbered import FIRST, numbered
from monitor.documents.word.xml import Xml, day_in_full

DRAFT = "送审稿"
NO_NUMBER = "〔　　〕　　号"
"""Stands where nobody has given the document a number yet."""
UNDATED = "　　　　年　　月　　日"
"""Stands where nobody has signed the document yet."""
_SECOND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePage:
    """What the fields need to know of the template's page."""

    on_side: bool
    """True if the text itself stands on a page that lies on its side."""
    table: Callable[[Table, bool], Xml]
    """Returns a table for a page that lies on its side, or does not."""
    signatures: Callable[[Sequence[str], bool], Xml]
    """Returns boxes to sign in, for such a page."""
    picture: Callable[[Illustration], Xml]
    """Returns a picture with its caption, for the page of the text."""
    next_page: Callable[[bool], Xml]
    """Returns the end of a page that lies on its side, or does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateField:
    """One field: as it is written in a template, and what it prints."""

    name: str
    said: str
    is_whole: bool = False
    """True if it is a table or the end of a page, and so is a paragraph of its own: {{p … }}."""
    is_list: bool = False
    parts: tuple[TemplateField, ...] = ()
    """Of a list, what each of its items has; nothing where they are lines."""


BODY = (
    TemplateField(name="级", said="1 一级标题，2 二级标题，0 段落、表格或图"),
    TemplateField(name="文字", said="标题或段落的文字，标题带序号"),
    TemplateField(name="表格", said="表格或图；是标题和文字的为空", is_whole=True),
)
ATTACHMENTS = (
    TemplateField(name="序号", said="附件1、附件2；只有一个的为“附件”"),
    TemplateField(name="条目", said="附件说明里的写法：1.标题；只有一个的不编号"),
    TemplateField(name="标题", said="附件的标题"),
    TemplateField(name="说明", said="表格上方的各行，逐行列出", is_list=True),
    TemplateField(name="表格", said="附件的表格", is_whole=True),
    TemplateField(name="分页", said="另起一页，按附件的方向横排或竖排", is_whole=True),
)
FIELDS = (
    TemplateField(name="标题", said="文件的标题"),
    TemplateField(name="文号", said="发文字号，未编号的留空"),
    TemplateField(name="送审稿", said="“送审稿”三字，定稿后为空"),
    TemplateField(name="主送", said="主送机关，不带冒号"),
    TemplateField(name="说明", said="表格上方的各行，逐行列出", is_list=True),
    TemplateField(name="正文", said="正文的标题、段落和表格，逐段列出", is_list=True, parts=BODY),
    TemplateField(name="表格", said="文件的主表", is_whole=True),
    TemplateField(name="附件", said="各个附件，逐个列出", is_list=True, parts=ATTACHMENTS),
    TemplateField(name="落款", said="发文机关署名"),
    TemplateField(name="日期", said="成文日期，如2026年11月30日；没有签发的留空待填"),
)


def values_of(document: Document, page: TemplatePage) -> dict[str, object]:
    """Return what a template prints, by the names of the fields; every table is read once."""
    return {
        **document.facts,
        "标题": document.title,
        "文号": document.number or NO_NUMBER,
        "送审稿": DRAFT if document.is_draft else "",
        "主送": document.addressee,
        "说明": list(document.head),
        "正文": list(_body(document.body, page)),
        "表格": Xml(page.table(document.table, page.on_side) + _boxes(document.signatures, page)),
        "附件": list(_attachments(document, page)),
        "落款": document.signer,
        "日期": day_in_full(document.dated) or UNDATED,
    }


def _boxes(signatures: Sequence[str], page: TemplatePage) -> str:
    """Return the boxes below the table in which people sign; nothing where nobody does."""
    return page.signatures(signatures, page.on_side) if signatures else ""


def _body(blocks: Sequence[Block], page: TemplatePage) -> Iterator[Mapping[str, object]]:
    for block in numbered(blocks):
        match block:
            case SectionHeading(text=text, level=level):
                yield {"级": FIRST if level <= FIRST else _SECOND, "文字": text, "表格": ""}
            case Paragraph(text=text):
                yield {"级": 0, "文字": text, "表格": ""}
            case Table():
                yield {"级": 0, "文字": "", "表格": page.table(block, page.on_side)}
            case Illustration():
                yield {"级": 0, "文字": "", "表格": page.picture(block)}


def _attachments(document: Document, page: TemplatePage) -> Iterator[Mapping[str, object]]:
    on_side = page.on_side
    for number, attachment in enumerate(document.attachments, start=1):
        yield _attachment(attachment, number if len(document.attachments) > 1 else None, page, page.next_page(on_side))
        on_side = attachment.landscape


def _attachment(attachment: Attachment, number: int | None, page: TemplatePage, new_page: Xml) -> Mapping[str, object]:
    return {
        "序号": f"附件{number or ''}",
        "条目": f"{number}.{attachment.title}" if number else attachment.title,
        "标题": attachment.title,
        "说明": list(attachment.head),
        "表格": page.table(attachment.table, attachment.landscape),
        "分页": new_page,
    }
