"""Pictures in Word: as SVG for programs that draw it, as PNG for the others, and in words for those who see neither."""

from __future__ import annotations

from collections.abc import Callable

from monitor.documents.document import Illustration
from monitor.documents.word.xml import Xml, xml_text

_DRAWINGML = "http://schemas.openxmlformats.org/drawingml/2006"
_SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_EMU = 635
"""To a twentieth of a point."""
_CENTRED = (
    '<w:keepLines/><w:snapToGrid w:val="0"/><w:spacing w:line="240" w:lineRule="auto"/>'
    '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/>'
)
"""A line of a fixed height would cut a picture off."""


Add = Callable[[str, str, bytes], str]
"""Puts a file of an ending and a kind beside the text, and returns the name by which the text speaks of it."""


def picture_xml(add: Add, drawn: Illustration, width: int, style: str | None) -> Xml:
    """Return a picture as wide as `width` (twentieths of a point) and its caption."""
    dots, lines = add("png", "image/png", drawn.dots), add("svg", "image/svg+xml", drawn.picture.file())
    size = f'cx="{width * _EMU}" cy="{width * _EMU * drawn.picture.height // drawn.picture.width}"'
    said = f'name="{xml_text(drawn.picture.title)}" descr="{xml_text(drawn.picture.words)}"'
    blip = (
        f'<a:blip r:embed="{dots}"><a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">'
        f'<asvg:svgBlip xmlns:asvg="{_SVG}" r:embed="{lines}"/></a:ext></a:extLst></a:blip>'
    )
    inside = (
        f'<pic:pic xmlns:pic="{_DRAWINGML}/picture">'
        f'<pic:nvPicPr><pic:cNvPr id="0" {said}/><pic:cNvPicPr/></pic:nvPicPr>'
        f"<pic:blipFill>{blip}<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic>"
    )
    graphic = (
        f'<a:graphic xmlns:a="{_DRAWINGML}/main"><a:graphicData uri="{_DRAWINGML}/picture">{inside}</a:graphicData>'
        "</a:graphic>"
    )
    inline = (
        f'<w:drawing><wp:inline xmlns:wp="{_DRAWINGML}/wordprocessingDrawing"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        f' distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr id="1" {said}/>{graphic}</wp:inline>'
        "</w:drawing>"
    )
    named = f'<w:pStyle w:val="{xml_text(style)}"/>' if style else ""
    caption = f'<w:t xml:space="preserve">{xml_text(drawn.caption)}</w:t>'
    return Xml(
        f"<w:p><w:pPr>{named}<w:keepNext/>{_CENTRED}</w:pPr><w:r>{inline}</w:r></w:p>"
        f"<w:p><w:pPr>{named}{_CENTRED}</w:pPr><w:r>{caption}</w:r></w:p>"
    )
