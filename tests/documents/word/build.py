"""Documents and templates to try, and what a reader finds in the files."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile, ZipInfo

from monitor.documents import Attachment, Document, DocumentLayout, Paragraph, SectionHeading, write
from monitor.documents.document import Block, Table, Value
from monitor.documents.facts import FACTS
from monitor.documents.word.template import Template, delivered
from monitor.documents.word.writer import write_docx
from tests import wordbook

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
COLUMNS = (
    "序号",
    "主办单位",
    "账号名称",
    "平台",
    "问题描述",
    "最近更新日期",
    "未更新天数",
    "监测时间",
    "依据",
    "整改时限",
)
HOSTILE = (
    "=cmd|'/C calc'!A0",
    "<script>alert(1)</script>",
    "{{ 标题 }}{% for a in b %}{_{x}_}",
    "\u202e倒序名称\u202c尾",
    "表情😀👨‍👩‍👧🇨🇳",
    "长名称" * 100,
    "控制\x00\x01\x1b\x85字符",
    "半个\ud83d字\udfff",
    "换\n行\r\n和\t制表",
    "&amp;&#x41;\"'<w:p>]]>",
)
SENTENCE = "经监测，全县政务新媒体总体运行平稳，但仍有部分账号更新不及时、内容保障不到位，影响群众获取信息。"


def row(number: int, name: str = "") -> tuple[Value, ...]:
    """Return a row of the list of problems."""
    return (
        number,
        name or f"示例县第{number}局",
        name or f"示例{number}号",
        ("微博", "微信订阅号", "抖音")[number % 3],
        f"截至11月30日9时已{number % 40 + 15}天未更新，超过2周",
        date(2026, 11, 1),
        number % 40 + 15,
        datetime(2026, 11, 30, 1, tzinfo=UTC),
        "监测时间点前2周内无更新",
        date(2026, 12, 4),
    )


def bulletin(rows: Iterable[Sequence[Value]] = (), name: str = "示例发布") -> Document:
    """Return a bulletin with a list of problems and a smaller table behind it."""
    body: list[Block] = [Paragraph(text=SENTENCE * 3)]
    for heading in ("总体情况", "主要问题", "工作要求"):
        body += [
            SectionHeading(text=heading),
            Paragraph(text=SENTENCE * 2),
            SectionHeading(text="更新不及时", level=2),
            Paragraph(text=SENTENCE),
            SectionHeading(text=name[:40], level=2),
            Paragraph(text=f"“{name}”（微博）{SENTENCE}"),
        ]
    return Document(
        title="示例县人民政府办公室关于2026年第四季度全县政务新媒体检查情况的通报",
        table=Table.of(("指标", "数值"), (("检查数", 252), ("合格率", "90%"))),
        layout=DocumentLayout.BULLETIN,
        addressee="各乡镇人民政府、街道办事处，县属各单位",
        body=body,
        signer="示例县人民政府办公室",
        dated=date(2026, 11, 30),
        is_draft=True,
        attachments=(
            Attachment(
                title="全县政务新媒体问题清单",
                table=Table.of(COLUMNS, tuple(rows)),
                head=("监测时间：2026年10月1日至11月30日",),
            ),
            Attachment(title="各平台情况", table=Table.of(("平台", "检查数"), (("微博", 10),)), landscape=False),
        ),
    )


def listing(rows: Iterable[Sequence[Value]] = (), columns: Sequence[str] = COLUMNS) -> Document:
    """Return a document that is one table."""
    return Document(
        title="联合研判表", head=("2026年第四季度：提请研判30个账号。",), table=Table.of(columns, tuple(rows))
    )


def facts_of(layout: DocumentLayout) -> Mapping[str, str]:
    """Return something for every word that a template of a layout prints by its name."""
    return dict.fromkeys(FACTS.get(layout, ()), "示例")


def like(layout: DocumentLayout) -> Document:
    """Return a document of a layout with a little of everything."""
    return Document(
        title="示例",
        table=Table.of(("甲", "乙"), (("一", 1),)),
        head=("一行",),
        layout=layout,
        addressee="示例县教育局",
        body=(SectionHeading(text="头"), Paragraph(text="段"), Table.of(("丙",), (("三",),))),
        attachments=(Attachment(title="附", table=Table.of(("丁",), ())),),
        signer="示例县",
        dated=date(2026, 11, 30),
        facts=facts_of(layout),
    )


def written(document: Document, template: bytes | None = None) -> bytes:
    """Return the file of a document, by a template or by the one that comes along."""
    file = io.BytesIO()
    content = template if template is not None else delivered(document.layout)
    write_docx(file, document, Template(f"{document.layout.value}.docx", content))
    return file.getvalue()


def save(folder: Path, document: Document) -> ET.Element:
    """Write a document as the commands do, and return its body."""
    path = folder / "文件.docx"
    write(path, document, folder)
    return body_of(path.read_bytes())


def part(content: bytes, name: str) -> ET.Element:
    """Return one part of a file."""
    with ZipFile(io.BytesIO(content)) as packed:
        return ET.fromstring(packed.read(name))  # noqa: S314 - our own file


def body_of(content: bytes) -> ET.Element:
    """Return what is printed."""
    return part(content, "word/document.xml")


def text_of(element: ET.Element) -> str:
    """Return the text as a reader sees it: breaks as lines, tabs as tabs."""
    signs = {f"{W}br": "\n", f"{W}tab": "\t"}
    return "".join(node.text or "" if node.tag == f"{W}t" else signs.get(node.tag, "") for node in element.iter())


def paragraphs(content: bytes) -> list[str]:
    """Return the text of every paragraph, those of cells too."""
    return [text_of(node) for node in body_of(content).iter(f"{W}p")]


def template_of(body: str, *, page: str = wordbook.PORTRAIT, others: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a template with this body, and with these parts beside or in place of the usual ones."""
    parts: dict[str, str | bytes] = {**wordbook.parts(DocumentLayout.TABLE)}
    parts["word/document.xml"] = str(wordbook.parts(DocumentLayout.TABLE)["word/document.xml"]).replace(
        wordbook.LIST + "<w:sectPr>", body + "<w:sectPr>"
    )
    assert body in str(parts["word/document.xml"])
    parts |= others or {}
    file = io.BytesIO()
    with ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(ZipInfo(name), content)
    return file.getvalue()
