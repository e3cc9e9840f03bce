"""The Word templates that come with the program, by the measures of GB/T 9704: `python -m tests.wordbook` writes them.

The same run makes the same bytes. Offices edit copies of them in Word or WPS.
"""

import io
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from monitor.documents.document import DocumentLayout

FOLDER = Path(__file__).parents[1] / "monitor" / "documents" / "word" / "templates"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TITLE, BODY, FIRST, SECOND, DIGITS = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
FALLBACKS = {
    TITLE: ("方正小标宋_GBK,小标宋,华文中宋,宋体", "script"),
    BODY: ("仿宋,FangSong,华文仿宋,宋体", "modern"),
    FIRST: ("SimHei,微软雅黑,思源黑体", "swiss"),
    SECOND: ("楷体,KaiTi,华文楷体,宋体", "modern"),
    DIGITS: ("SimSun,思源宋体", "auto"),
}
"""What stands for a font where a machine has it not; and its family."""
PORTRAIT = (
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="851" w:footer="1247" w:gutter="0"/>'
)
ON_SIDE = (
    '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
    '<w:pgMar w:top="1588" w:right="2098" w:bottom="1474" w:left="1984" w:header="851" w:footer="907" w:gutter="0"/>'
)
TABLE_PAGE = (
    '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>'
)
"""For the office's own lists, which have many columns: 20 mm all around."""
GRID = '<w:docGrid w:type="lines" w:linePitch="579"/>'
"""22 lines. NARROW says that a line has 28 letters: LibreOffice reads a grid of letters otherwise than Word."""
WIDE = '<w:spacing w:val="0"/>'
NARROW = '<w:spacing w:val="-5"/>'
"""A quarter of a point less between letters: 28 letters of 三号 are wider than 156 mm."""


def font(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def style(name: str, key: str, *, paragraph: str = "", letters: str = "", based: str = "a", following: str = "") -> str:
    then = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/>{then}<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{letters}</w:rPr></w:style>'
    )


EXACT = '<w:spacing w:before="0" w:after="0" w:line="560" w:lineRule="exact"/>'
INDENT = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
NO_INDENT = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
NEXT = "<w:keepNext/><w:keepLines/>"


CELL = '<w:snapToGrid w:val="0"/><w:spacing w:line="300" w:lineRule="exact"/>'


def size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def styles_of(letter: float = 16, line: int = 560) -> str:
    """Return the styles: the size of letters of the text in points, and the distance of its lines in twentieths."""
    written = _STYLES
    for usual, wanted in ((_TEXT_SIZE, size(letter)), (_TEXT_LINE, f'w:line="{line}"')):
        written = written.replace(usual, wanted)
    return written


_TEXT_SIZE, _TEXT_LINE = size(16), 'w:line="560"'
_STYLES = (
    f'{DECLARATION}<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>{font(BODY)}<w:kern w:val="2"/>{size(16)}'
    '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/><w:qFormat/>'
    f'<w:pPr><w:widowControl w:val="0"/>{EXACT}<w:jc w:val="both"/></w:pPr>'
    f"<w:rPr>{font(BODY)}{NARROW}{size(16)}</w:rPr></w:style>"
    '<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="footer"/><w:basedOn w:val="a"/><w:pPr>'
    '<w:spacing w:line="240" w:lineRule="auto"/></w:pPr>'
    f"<w:rPr>{font(DIGITS)}{WIDE}{size(14)}</w:rPr></w:style>"
    + style(
        "公文标题",
        "b1",
        paragraph='<w:keepNext/><w:spacing w:line="640" w:lineRule="exact"/><w:jc w:val="center"/>',
        letters=font(TITLE) + WIDE + size(22),
        following="b2",
    )
    + style("公文正文", "b2", paragraph=INDENT)
    + style(
        "一级标题", "b3", paragraph=NEXT + INDENT + '<w:outlineLvl w:val="0"/>', letters=font(FIRST), following="b2"
    )
    + style(
        "二级标题", "b4", paragraph=NEXT + INDENT + '<w:outlineLvl w:val="1"/>', letters=font(SECOND), following="b2"
    )
    + style("主送机关", "b5", paragraph="<w:keepNext/>" + NO_INDENT, following="b2")
    + style("附件说明", "b6", paragraph='<w:ind w:leftChars="200" w:left="640"/>')
    + style(
        "落款",
        "b7",
        paragraph='<w:keepNext/><w:keepLines/><w:ind w:rightChars="200" w:right="640"/><w:jc w:val="right"/>',
    )
    + style("成文日期", "b8", paragraph='<w:keepLines/><w:ind w:rightChars="400" w:right="1280"/><w:jc w:val="right"/>')
    + style("附件序号", "b9", paragraph="<w:keepNext/>", letters=font(FIRST))
    + style(
        "说明",
        "c1",
        paragraph='<w:snapToGrid w:val="0"/><w:spacing w:line="360" w:lineRule="exact"/>',
        letters=WIDE + size(12),
    )
    + style(
        "表头",
        "c2",
        paragraph="<w:keepNext/>" + CELL + '<w:jc w:val="center"/>',
        letters=font(FIRST) + WIDE + size(10.5),
    )
    + style(
        "表格文字",
        "c3",
        paragraph=CELL + '<w:jc w:val="left"/>',
        letters=WIDE + size(10.5),
    )
    + style(
        "附件标题",
        "c4",
        paragraph='<w:keepNext/><w:spacing w:before="560" w:line="560" w:lineRule="exact"/><w:jc w:val="center"/>',
        letters=font(TITLE) + WIDE + size(18),
    )
    + "</w:styles>"
)
STYLES = styles_of()


def paragraph(text: str, key: str = "b2") -> str:
    """Return a paragraph of a style."""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{key}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r></w:p>'
    )


def row(*cells: tuple[str, int, str], least: int = 0) -> str:
    """Return a row of a table: text, width and style of every cell."""
    high = f'<w:trHeight w:val="{least}" w:hRule="atLeast"/>' if least else ""
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"{''.join(paragraph(line, key) for line in text.split(chr(10)))}</w:tc>"
        for text, width, key in cells
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{high}</w:trPr>{written}</w:tr>"


def table(widths: Sequence[int], *rows: str) -> str:
    """Return a table of rows."""
    line = 'w:val="single" w:sz="4" w:space="0" w:color="auto"'
    sides = "".join(f"<w:{side} {line}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{sides}'
        f'</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


TEXT = (
    paragraph("{%p for 段 in 正文 %}")
    + paragraph("{%p if 段.级 == 1 %}")
    + paragraph("{{ 段.文字 }}", "b3")
    + paragraph("{%p elif 段.级 == 2 %}")
    + paragraph("{{ 段.文字 }}", "b4")
    + paragraph("{%p elif 段.表格 %}")
    + paragraph("{{p 段.表格 }}", "c3")
    + paragraph("{%p else %}")
    + paragraph("{{ 段.文字 }}")
    + paragraph("{%p endif %}")
    + paragraph("{%p endfor %}")
)
LINES = paragraph("{%p for 行 in 说明 %}") + paragraph("{{ 行 }}", "c1") + paragraph("{%p endfor %}")
SIGNED = (
    paragraph("{%p if 落款 %}")
    + paragraph("", "b7")
    + paragraph("{{ 落款 }}", "b7")
    + paragraph("{{ 日期 }}", "b8")
    + paragraph("{%p endif %}")
)
ATTACHED = (
    paragraph("{%p for 件 in 附件 %}")
    + paragraph("{{p 件.分页 }}")
    + paragraph("{{ 件.序号 }}", "b9")
    + paragraph("{{ 件.标题 }}", "c4")
    + paragraph("{%p for 行 in 件.说明 %}")
    + paragraph("{{ 行 }}", "c1")
    + paragraph("{%p endfor %}")
    + paragraph("{{p 件.表格 }}", "c3")
    + paragraph("{%p endfor %}")
)
LISTED = (
    paragraph("{%p if 附件 %}")
    + paragraph("")
    + paragraph("{%p for 件 in 附件 %}")
    + paragraph("{% if loop.first %}附件：{% else %}　　　{% endif %}{{ 件.条目 }}", "b6")
    + paragraph("{%p endfor %}")
    + paragraph("{%p endif %}")
)
DRAFT = paragraph("{%p if 送审稿 %}") + paragraph("{{ 送审稿 }}", "b9") + paragraph("{%p endif %}")
NUMBER = '<w:p><w:pPr><w:pStyle w:val="a"/><w:jc w:val="center"/></w:pPr><w:r><w:t>{{ 文号 }}</w:t></w:r></w:p>'
END = paragraph("", "c1")
"""A table at the end needs a paragraph behind it."""
BULLETIN = (
    DRAFT
    + NUMBER
    + paragraph("", "a")
    + paragraph("{{ 标题 }}", "b1")
    + paragraph("", "a")
    + paragraph("{{ 主送 }}：", "b5")
    + TEXT
    + LISTED
    + SIGNED
    + ATTACHED
    + END
)
WEEKLY = (
    paragraph("{{ 标题 }}", "b1")
    + TEXT
    + paragraph("{%p if 落款 %}")
    + paragraph("{{ 落款 }}　{{ 日期 }}", "b7")
    + paragraph("{%p endif %}")
    + END
)
LIST = paragraph("{{ 标题 }}", "b1") + LINES + paragraph("{{p 表格 }}", "c3") + ATTACHED + END
HANDOVER_WIDTHS = (1474, 2948, 1474, 2948)
HANDOVER = (
    paragraph("{{ 标题 }}", "b1")
    + LINES
    + paragraph("{{p 表格 }}", "c3")
    + TEXT
    + paragraph("", "c3")
    + table(
        HANDOVER_WIDTHS,
        row(("移交人", 1474, "c2"), ("", 2948, "c3"), ("移交日期", 1474, "c2"), ("", 2948, "c3"), least=567),
        row(("接收人", 1474, "c2"), ("", 2948, "c3"), ("接收日期", 1474, "c2"), ("", 2948, "c3"), least=567),
        row(("监交人", 1474, "c2"), ("", 2948, "c3"), ("主办单位盖章", 1474, "c2"), ("", 2948, "c3"), least=567),
    )
    + END
)
NOTICE_WIDTHS = (2400, 6444)
NOTICE = (
    DRAFT
    + NUMBER
    + paragraph("{{ 标题 }}", "b1")
    + paragraph("{{ 主送 }}：", "b5")
    + TEXT
    + SIGNED
    + '<w:p><w:pPr><w:pStyle w:val="c4"/><w:pageBreakBefore/></w:pPr><w:r><w:t>整改情况回执</w:t></w:r></w:p>'
    + table(
        NOTICE_WIDTHS,
        row(("主办单位", 2400, "c2"), ("{{ 主办单位 }}", 6444, "c3"), least=567),
        row(("账号名称", 2400, "c2"), ("{{ 账号名称 }}", 6444, "c3"), least=567),
        row(("平台", 2400, "c2"), ("{{ 平台 }}", 6444, "c3"), least=567),
        row(("问题", 2400, "c2"), ("{{ 问题 }}", 6444, "c3"), least=567),
        row(("整改时限", 2400, "c2"), ("{{ 整改时限 }}", 6444, "c3"), least=567),
        row(("原因分析", 2400, "c2"), ("", 6444, "c3"), least=1701),
        row(("整改措施和结果", 2400, "c2"), ("", 6444, "c3"), least=2268),
        row(("责任领导签字", 2400, "c2"), ("", 6444, "c3"), least=851),
        row(("经办人及电话", 2400, "c2"), ("", 6444, "c3"), least=851),
        row(("日期、单位盖章", 2400, "c2"), ("", 6444, "c3"), least=1134),
    )
    + END
)
TEMPLATES: Mapping[DocumentLayout, tuple[str, str]] = {
    DocumentLayout.BULLETIN: (BULLETIN, PORTRAIT + GRID),
    DocumentLayout.NOTICE: (NOTICE, PORTRAIT + GRID),
    DocumentLayout.WEEKLY: (WEEKLY, PORTRAIT),
    DocumentLayout.HANDOVER: (HANDOVER, PORTRAIT + GRID),
    DocumentLayout.TABLE: (LIST, TABLE_PAGE),
}
"""What is in a template, and its page."""
LETTERS: Mapping[DocumentLayout, tuple[float, int]] = {DocumentLayout.WEEKLY: (12, 360)}
"""The size of the letters and the distance of the lines, where they are not those of GB/T 9704: 小四 on 18 points."""


def footer(side: str) -> str:
    """Return the foot of odd or of even pages: — 1 —, one letter from the edge."""
    margin = "right" if side == "right" else "left"
    return (
        f'{DECLARATION}<w:ftr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val="a3"/>'
        f'<w:ind w:{margin}Chars="100" w:{margin}="280"/><w:jc w:val="{side}"/></w:pPr>'
        '<w:r><w:t xml:space="preserve">— </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>'
    )


def parts(layout: DocumentLayout) -> dict[str, str]:
    """Return what is in the file, by the names of its parts."""
    body, page = TEMPLATES[layout]
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    named = ("styles", "settings", "fontTable", "footer1", "footer2")
    kinds = {"footer1": "footer", "footer2": "footer"}
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{office}.{kinds.get(name, name)}+xml"/>' for name in named
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{relations}/{kinds.get(name, name)}" Target="{name}.xml"/>'
        for number, name in enumerate(named, start=1)
    )
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="{family}"/>'
        '<w:pitch w:val="default"/></w:font>'
        for name, (others, family) in FALLBACKS.items()
    )
    return {
        "[Content_Types].xml": (
            f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{office}.document.main+xml"/>{types}'
            '<Override PartName="/docProps/core.xml"'
            ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{relations}/officeDocument" Target="word/document.xml"/>'
            '<Relationship Id="rId2" Target="docProps/core.xml"'
            ' Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"/>'
            "</Relationships>"
        ),
        "docProps/core.xml": (
            f"{DECLARATION}<cp:coreProperties"
            ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
        ),
        "word/_rels/document.xml.rels": (
            f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{links}</Relationships>"
        ),
        "word/document.xml": (
            f"{DECLARATION}<w:document {NAMESPACES}><w:body>{body}<w:sectPr>"
            '<w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>'
            f"{page}</w:sectPr></w:body></w:document>"
        ),
        "word/styles.xml": styles_of(*LETTERS.get(layout, ())),
        "word/settings.xml": (
            f'{DECLARATION}<w:settings {NAMESPACES}><w:zoom w:percent="100"/>'
            '<w:defaultTabStop w:val="640"/><w:evenAndOddHeaders/>'
            '<w:characterSpacingControl w:val="compressPunctuation"/>'
            '<w:compat><w:doNotExpandShiftReturn/><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
            ' w:val="15"/></w:compat></w:settings>'
        ),
        "word/fontTable.xml": f"{DECLARATION}<w:fonts {NAMESPACES}>{fonts}</w:fonts>",
        "word/footer1.xml": footer("right"),
        "word/footer2.xml": footer("left"),
    }


def template(layout: DocumentLayout) -> bytes:
    """Return the file."""
    file = io.BytesIO()
    with ZipFile(file, "w") as packed:
        for name, content in parts(layout).items():
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, 0o644 << 16, 3
            packed.writestr(entry, content)
    return file.getvalue()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for layout in TEMPLATES:
        (FOLDER / f"{layout.value}.docx").write_bytes(template(layout))
    sys.stdout.write(f"{FOLDER}\n")


if __name__ == "__main__":
    main()
