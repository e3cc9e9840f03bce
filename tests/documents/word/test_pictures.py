"""Pictures in Word: as SVG, as PNG for programs that draw none, and in words."""

from __future__ import annotations

import io
from datetime import date
from zipfile import ZipFile

from monitor.core.figures import MonthFigures
from monitor.core.pass_rate import PassRate
from monitor.documents import Document, DocumentLayout
from monitor.documents.bulletin import illustration
from monitor.documents.document import Table
from tests.documents.word.build import W, body_of, part, written

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
ASVG = "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
MONTHS = [
    MonthFigures(
        first=date(2026, month, 1),
        label=f"2026年{month}月",
        accounts=30,
        rate=PassRate(checked=20, failed=month),
        episodes=0,
    )
    for month in range(1, 6)
]


def with_picture(layout: DocumentLayout = DocumentLayout.BULLETIN, times: int = 1) -> bytes:
    return written(
        Document(title="图", table=Table.of(("甲",), ()), layout=layout, body=[illustration(MONTHS)] * times)
    )


def test_a_picture_is_named_as_word_wants_it_with_svg_and_png_and_words() -> None:
    content = with_picture()
    body = body_of(content)
    relations = {one.get("Id"): one.get("Target") for one in part(content, "word/_rels/document.xml.rels")}
    (blip,), (svg,), (said,) = body.iter(f"{A}blip"), body.iter(f"{ASVG}svgBlip"), body.iter(f"{WP}docPr")
    files = {name: relations[each.get(f"{R}embed")] for name, each in (("png", blip), ("svg", svg))}
    with ZipFile(io.BytesIO(content)) as packed:
        assert packed.read(f"word/{files['png']}").startswith(b"\x89PNG")
        assert b"<svg " in packed.read(f"word/{files['svg']}")
        types = packed.read("[Content_Types].xml").decode()
    assert 'ContentType="image/svg+xml"' in types
    assert 'ContentType="image/png"' in types
    assert (said.get("descr") or "").startswith("近12个月合格率：2026年1月95%，2026年2月90%")
    (extension,) = blip.iter(f"{A}ext")
    assert extension.get("uri") == "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"


def test_a_picture_keeps_its_shape_fills_the_line_and_is_not_cut_off_by_a_fixed_height() -> None:
    body = body_of(with_picture())
    (extent,) = body.iter(f"{WP}extent")
    wide, high = int(extent.get("cx", "")), int(extent.get("cy", ""))
    assert round(wide / 36000) == 156
    assert abs(high / wide - 232 / 640) < 0.001
    paragraph = next(one for one in body.iter(f"{W}p") if one.find(f".//{W}drawing") is not None)
    assert paragraph.find(f"{W}pPr/{W}spacing").get(f"{W}lineRule") == "auto"  # type: ignore[union-attr]
    assert paragraph.find(f"{W}pPr/{W}keepNext") is not None


def test_two_pictures_have_names_and_numbers_of_their_own() -> None:
    content = with_picture(times=2)
    numbers = [one.get("id") for one in body_of(content).iter(f"{WP}docPr")]
    assert len(set(numbers)) == len(numbers) == 2
    with ZipFile(io.BytesIO(content)) as packed:
        assert sum("/media/" in name for name in packed.namelist()) == 4


def test_the_same_picture_makes_the_same_bytes() -> None:
    assert with_picture() == with_picture()
