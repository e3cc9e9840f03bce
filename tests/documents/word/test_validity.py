"""Files that Word and WPS open without a word: parts, relations, content types, numbers, and the order of elements.

Word refuses what LibreOffice forgives. The orders are those of the schemas of ECMA-376 (wml.xsd) for the elements
that templates and documents have; an element that is not listed here must be looked up there first.
"""

from __future__ import annotations

import io
import posixpath
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from monitor.documents import DocumentLayout
from monitor.documents.word.template import delivered
from monitor.documents.writing import content_of
from tests.documents.word.build import HOSTILE, W, bulletin, like, listing, part, row, written
from tests.documents.word.test_pictures import with_picture

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
CORE = "docProps/core.xml"
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl snapToGrid spacing ind jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b i color spacing kern position sz szCs lang",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tblBorders": "top left start bottom right end insideH insideV",
    "tblCellMar": "top left start bottom right end",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
    "tbl": "tblPr tblGrid tr",
    "tc": "tcPr p",
    "sectPr": "headerReference footerReference type pgSz pgMar pgBorders pgNumType cols titlePg docGrid",
    "style": "name aliases basedOn next link uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
    "settings": "zoom defaultTabStop evenAndOddHeaders characterSpacingControl compat",
    "compat": "doNotExpandShiftReturn compatSetting",
    "font": "altName panose1 charset family pitch sig",
    "styles": "docDefaults latentStyles style",
    "docDefaults": "rPrDefault pPrDefault",
}
CHOICES = {"trPr", "r", "p", "body", "hdr", "ftr", "tr", "tblGrid", "fonts", "document", "drawing"}
"""Elements whose children may stand in any order, or of which more than the order is to be said."""
FILES: dict[str, Callable[[], bytes]] = {
    **{f"template {layout.value}": lambda layout=layout: delivered(layout) for layout in DocumentLayout},  # type: ignore[misc]
    **{layout.value: lambda layout=layout: written(like(layout)) for layout in DocumentLayout},  # type: ignore[misc]
    "hostile": lambda: written(bulletin([row(number, name) for number, name in enumerate(HOSTILE)], HOSTILE[2])),
    "empty": lambda: written(bulletin()),
    "cards": lambda: written(listing([range(18)], [f"第{number}列" for number in range(18)])),
    "pictures": lambda: with_picture(times=2),
}


@pytest.fixture(scope="module", params=FILES)
def content(request: pytest.FixtureRequest) -> bytes:
    return FILES[request.param]()


def parts_of(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def trees(content: bytes) -> Iterator[tuple[str, ET.Element]]:
    for name, text in parts_of(content).items():
        if name.startswith("word/") and name.endswith(".xml"):
            yield name, ET.fromstring(text)  # noqa: S314 - our own file


def test_no_part_stands_twice_in_the_file_and_the_types_stand_first(content: bytes) -> None:
    with ZipFile(io.BytesIO(content)) as packed:
        names = packed.namelist()
        assert packed.testzip() is None
    assert len({name.lower() for name in names}) == len(names)
    assert names[0] == "[Content_Types].xml"
    assert not [name for name in names if name.startswith("/") or ".." in name or "\\" in name]


def test_every_part_has_a_type_and_every_type_a_part(content: bytes) -> None:
    types = part(content, "[Content_Types].xml")
    by_ending = {one.get("Extension", "").lower(): one for one in types if one.tag.endswith("Default")}
    named = [one.get("PartName", "") for one in types if one.tag.endswith("Override")]
    names = {f"/{name}" for name in parts_of(content)} - {"/[Content_Types].xml"}
    assert len(set(named)) == len(named)
    assert set(named) <= names
    for name in names - set(named):
        assert name.rpartition(".")[2].lower() in by_ending, name


def test_every_relation_leads_to_a_part_and_every_name_in_the_text_to_a_relation(content: bytes) -> None:
    names = parts_of(content)
    for name in [name for name in names if name.endswith(".rels")]:
        folder, file = posixpath.split(name)
        home = posixpath.dirname(folder)
        links = list(ET.fromstring(names[name]))  # noqa: S314 - our own file
        ids = [link.get("Id") for link in links]
        assert len(set(ids)) == len(ids)
        for link in links:
            target = link.get("Target", "")
            assert link.get("TargetMode") != "External"
            assert posixpath.normpath(posixpath.join("/", home, target)).lstrip("/") in names
        source = names.get(posixpath.join(home, file.removesuffix(".rels")))
        if source is not None:
            used = {
                value
                for node in ET.fromstring(source).iter()  # noqa: S314 - our own file
                for key, value in node.attrib.items()
                if key.startswith(R)
            }
            assert used <= set(ids)


def test_elements_stand_in_the_order_of_the_schema(content: bytes) -> None:
    for name, tree in trees(content):
        for node in (one for one in tree.iter() if one.tag.startswith(W)):
            kind, inside = node.tag.removeprefix(W), [child.tag.removeprefix(W) for child in node]
            if not inside or kind in CHOICES:
                continue
            assert kind in ORDERS or kind in {"rPrDefault", "pPrDefault"}, (name, kind)
            order = ORDERS.get(kind, "rPr pPr").split()
            assert set(inside) <= set(order), (name, kind, inside)
            assert [order.index(one) for one in inside] == sorted(order.index(one) for one in inside), (name, kind)
            if kind not in {"tbl", "tc", "styles", "compat", "sectPr"}:
                assert len(set(inside)) == len(inside), (name, kind)


def test_properties_stand_first_and_every_cell_ends_with_a_paragraph(content: bytes) -> None:
    for name, tree in trees(content):
        for kind, first in (("p", "pPr"), ("r", "rPr"), ("tr", "trPr")):
            for node in tree.iter(f"{W}{kind}"):
                places = [place for place, child in enumerate(node) if child.tag == f"{W}{first}"]
                assert places in ([], [0]), (name, kind)
        for cell in tree.iter(f"{W}tc"):
            assert cell[-1].tag == f"{W}p"
        for body in tree.iter(f"{W}body"):
            assert body[-1].tag == f"{W}sectPr"
            assert body[-2].tag == f"{W}p", "Word wants a paragraph behind a table at the end"


def test_every_row_has_the_columns_of_its_grid(content: bytes) -> None:
    for _, tree in trees(content):
        for table in tree.iter(f"{W}tbl"):
            columns = len(list(table.iter(f"{W}gridCol")))
            for line in table.iter(f"{W}tr"):
                spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in line.iter(f"{W}tc")]
                assert sum(1 if span is None else int(span.get(f"{W}val", "")) for span in spans) == columns


def test_styles_are_there_that_are_named_and_fonts_are_named_for_chinese(content: bytes) -> None:
    parts = dict(trees(content))
    styles = {one.get(f"{W}styleId") for one in parts["word/styles.xml"].iter(f"{W}style")}
    assert len(list(parts["word/styles.xml"].iter(f"{W}style"))) == len(styles)
    for tree in parts.values():
        for tag in ("pStyle", "basedOn", "next"):
            assert {one.get(f"{W}val") for one in tree.iter(f"{W}{tag}")} <= styles
        for fonts in tree.iter(f"{W}rFonts"):
            assert fonts.get(f"{W}eastAsia")
    (language,) = parts["word/styles.xml"].iter(f"{W}lang")
    assert language.get(f"{W}eastAsia") == "zh-CN"


def test_word_takes_the_file_for_one_of_its_own_time_and_reads_its_properties(content: bytes) -> None:
    settings = part(content, "word/settings.xml")
    modes = [
        one.get(f"{W}val") for one in settings.iter(f"{W}compatSetting") if one.get(f"{W}name") == "compatibilityMode"
    ]
    assert modes == ["15"]
    assert part(content, CORE).tag.endswith("coreProperties")
    kinds = [link.get("Type", "").rpartition("/")[2] for link in part(content, "_rels/.rels")]
    assert sorted(kinds) == ["core-properties", "officeDocument"]


@pytest.mark.parametrize("layout", DocumentLayout)
def test_a_workbook_has_each_part_once_each_sheet_its_name_and_no_formula(layout: DocumentLayout) -> None:
    content = content_of("a.xlsx", like(layout))
    with ZipFile(io.BytesIO(content)) as packed:
        names = packed.namelist()
    assert len(set(names)) == len(names)
    types = {one.get("PartName") for one in part(content, "[Content_Types].xml") if one.get("PartName")}
    assert types <= {f"/{name}" for name in names}
    book = load_workbook(io.BytesIO(content))
    assert all(0 < len(name) <= 31 for name in book.sheetnames)
    assert not [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
