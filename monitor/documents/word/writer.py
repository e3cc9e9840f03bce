"""Documents in Word: a template is opened, filled and packed. The one door to docxtpl and python-docx.

The same values and the same template make the same bytes: nothing in the file says when it was made.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, time
from functools import partial
from typing import IO, Any
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.document import Document as Opened
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.opc.part import Part, XmlPart
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docxtpl import DocxTemplate
from jinja2 import Environment

from monitor.documents.document import Document
from monitor.documents.word.fields import TemplatePage, values_of
from monitor.documents.word.language import MISPLACED, Language, TemplateFaultError
from monitor.documents.word.pictures import picture_xml
from monitor.documents.word.tables import CELL_STYLE, HEAD_STYLE, Styles, TooManyCellsError, boxes_xml, table_xml
from monitor.documents.word.template import NO_WORD_FILE, Template, check_file
from monitor.documents.word.xml import Xml, plain_text

_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""The oldest time that a zip file can name."""
_LONGEST_PROPERTY = 255
_FOREIGN = re.compile(r"/(?:aFChunk|subDocument|oleObject|control|attachedTemplate|vbaProject|frame)$", re.IGNORECASE)
_COMMANDS = re.compile(
    r"\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|MACROBUTTON)\b", re.IGNORECASE
)
_HOLDERS = frozenset(qn(f"w:{name}") for name in ("body", "tbl", "tr", "tc", "p", "r", "hdr", "ftr"))
"""The elements that hold no text of their own."""


class _Filled(DocxTemplate):  # type: ignore[misc] # docxtpl's types are not followed
    """A template whose result must be XML: docxtpl mends what is not, and so loses half of a page without a word."""

    def render_xml_part(
        self, src_xml: str, part: Part, context: Mapping[str, object], jinja_env: Environment | None = None
    ) -> str:
        """Return a part as it is filled; raises TemplateFaultError."""
        filled: str = super().render_xml_part(src_xml, part, context, jinja_env)
        try:
            tree = ET.fromstring(filled)  # noqa: S314 - our own text, and no part of a template has a DOCTYPE
        except ET.ParseError as error:
            raise TemplateFaultError(MISPLACED) from error
        _check_filled(tree)
        return filled


def write_docx(file: IO[bytes], document: Document, template: Template) -> None:
    """Write a document by a template; raises TemplateFaultError or TooManyCellsError, and then has written nothing."""
    packed = io.BytesIO()
    try:
        opened = _open(template)
        _fill(opened, document)
        opened.save(packed)
    except _BROKEN as error:
        if not template.is_own or isinstance(error, TemplateFaultError | TooManyCellsError):
            raise
        raise TemplateFaultError(DAMAGED) from error
    _pack(packed, file)


_BROKEN = (OpcError, LookupError, ValueError, AttributeError, TypeError, SyntaxError, AssertionError)
"""What the libraries raise over a file that is Word's by its form and not by what is in it."""
DAMAGED = "的内容已损坏，请在 Word 或 WPS 中打开，另存为 .docx 后再用"


def _open(template: Template) -> _Filled:
    check_file(template)
    opened = _Filled(io.BytesIO(template.content))
    try:
        opened.init_docx()
        parts, sections = tuple(opened.docx.part.package.iter_parts()), len(opened.docx.sections)
    except (OpcError, KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise TemplateFaultError(NO_WORD_FILE) from error
    for part in parts:
        _check_part(part)
    if sections != 1:
        raise TemplateFaultError("有分节符，请去掉：附件另起一页由“分页”完成")
    return opened


def _check_part(part: Part) -> None:
    for relation in part.rels.values():
        if _FOREIGN.search(relation.reltype) or (relation.is_external and not relation.reltype.endswith("/hyperlink")):
            raise TemplateFaultError("带有宏、嵌入的对象或对外部文件的引用，请去掉后再用")
    said = "".join(_instructions(part))
    if _COMMANDS.search(said) or "{{" in said or "{%" in said:
        raise TemplateFaultError("带有读取其他文件的域，请去掉后再用")


def _instructions(part: Part) -> Iterator[str]:
    """Yield what the fields of a part tell Word to do."""
    for tree in _trees(part):
        for node in tree.iter(qn("w:instrText"), qn("w:fldSimple")):
            yield node.text or "" if node.tag == qn("w:instrText") else f" {node.get(qn('w:instr'), '')} "


def _trees(part: Part) -> Iterator[Any]:
    """Yield the XML of a part, if it is a part that is printed."""
    if isinstance(part, XmlPart):
        yield part.element
    elif "wordprocessingml" in part.content_type and part.content_type.endswith("+xml"):
        yield parse_xml(part.blob)


def _fill(opened: _Filled, document: Document) -> None:
    if document.landscape:
        _lay(_last_section(opened.docx), on_side=True)
    values = values_of(document, _page(opened.docx))
    _set_properties(opened.docx, Document(title="", table=document.table))  # they would be filled in as well
    opened.render(values, Language(document.facts), autoescape=True)
    if document.attachments and len(opened.docx.sections) > 1:  # a template may leave the attachments out
        _lay(_last_section(opened.docx), on_side=document.attachments[-1].landscape)
    _set_properties(opened.docx, document)


def _page(opened: Opened) -> TemplatePage:
    """Return what the fields need of the template's page."""
    sections = {lay: deepcopy(_last_section(opened)) for lay in (False, True)}
    for lay, section in sections.items():
        _lay(section, on_side=lay)
    ends = {lay: Xml(f"<w:p><w:pPr>{_written(section)}</w:pPr></w:p>") for lay, section in sections.items()}
    add, upright = partial(_added, opened.part), _last_section(opened)
    widths = {lay: _width(section) for lay, section in sections.items()}
    styles = Styles(head=_style(opened, HEAD_STYLE), cell=_style(opened, CELL_STYLE))
    return TemplatePage(
        on_side=_is_on_side(_last_section(opened)),
        table=lambda table, on_side: table_xml(table, widths[on_side], styles),
        signatures=lambda names, on_side: boxes_xml(names, widths[on_side], styles),
        picture=lambda drawn: picture_xml(add, drawn, _width(upright), styles.cell),
        next_page=lambda on_side: ends[on_side],
    )


def _added(main: Part, ending: str, kind: str, content: bytes) -> str:
    """Put a file beside the text, and return the name by which the text speaks of it."""
    package = main.package
    part = Part(package.next_partname(f"/word/media/picture%d.{ending}"), kind, content, package)
    return str(main.relate_to(part, RELATIONSHIP_TYPE.IMAGE))


def _last_section(opened: Opened) -> Any:  # noqa: ANN401 - an element of lxml, which has no types
    return opened.element.body.sectPr


def _lay(section: Any, *, on_side: bool) -> None:  # noqa: ANN401 - as above
    """Lay a page on its side or stand it up; its margins turn with it."""
    if _is_on_side(section) == on_side:
        return
    size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    wide, high = (size.get(qn(f"w:{name}")) for name in ("w", "h"))
    size.set(qn("w:w"), high)
    size.set(qn("w:h"), wide)
    size.set(qn("w:orient"), "landscape" if on_side else "portrait")
    sides = ("top", "right", "bottom", "left")
    turned = sides[-1:] + sides[:-1] if on_side else sides[1:] + sides[:1]
    before = [margins.get(qn(f"w:{side}")) for side in turned]
    for side, value in zip(sides, before, strict=True):
        margins.set(qn(f"w:{side}"), value)


def _is_on_side(section: Any) -> bool:  # noqa: ANN401 - as above
    size = section.find(qn("w:pgSz"))
    return int(size.get(qn("w:w"))) > int(size.get(qn("w:h")))


def _width(section: Any) -> int:  # noqa: ANN401 - as above
    """Return how wide the text is, in twentieths of a point."""
    margins = section.find(qn("w:pgMar"))
    return int(section.find(qn("w:pgSz")).get(qn("w:w"))) - sum(
        int(margins.get(qn(f"w:{side}"))) for side in ("left", "right")
    )


def _written(element: Any) -> str:  # noqa: ANN401 - as above
    return str(DocxTemplate.xml_to_string(None, element))


def _style(opened: Opened, name: str) -> str | None:
    """Return the id of the paragraph style of a name: Word gives styles new ids, and keeps their names."""
    return next((str(style.style_id) for style in opened.styles if style.name == name), None)


def _check_filled(tree: ET.Element) -> None:
    """Refuse what came out at a place where Word shows nothing, or nothing opens."""
    for element in tree.iter():
        if element.tag == qn("w:t") and len(element):
            raise TemplateFaultError("表格和分页要单独成段，写作 {{p 表格 }}")
        if element.tag in _HOLDERS and any((text or "").strip() for text in _loose(element)):
            raise TemplateFaultError("只有表格和分页写作 {{p … }}，其他字段写作 {{ … }}")


def _loose(element: ET.Element) -> Iterator[str | None]:
    yield element.text
    for child in element:
        yield child.tail


def _set_properties(opened: Opened, document: Document) -> None:
    """Have the properties say what the document says, whatever the template's own were."""
    properties = opened.core_properties
    made = datetime.combine(document.dated, time(), UTC) if document.dated else _EPOCH
    for name in ("author", "category", "comments", "content_status", "identifier", "keywords", "language", "subject"):
        setattr(properties, name, "")
    properties.title = plain_text(document.title)[:_LONGEST_PROPERTY]
    properties.author = plain_text(document.signer)[:_LONGEST_PROPERTY]
    properties.last_modified_by = ""
    properties.revision = 1
    properties.created = properties.modified = made.replace(tzinfo=None)


def _pack(packed: IO[bytes], file: IO[bytes]) -> None:
    """Write the parts of a file once more, with no time on them."""
    with ZipFile(packed) as parts, ZipFile(file, "w", ZIP_DEFLATED) as fixed:
        for part in parts.infolist():
            entry = ZipInfo(part.filename, _EPOCH.timetuple()[:6])
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, 0o600 << 16, 3
            fixed.writestr(entry, parts.read(part))
