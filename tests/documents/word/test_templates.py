"""The templates that come along keep to GB/T 9704; the office's own may say what it wants and must do nothing else."""

import contextlib
import io
from pathlib import Path
from zipfile import ZipFile

import pytest
from docxtpl_lint.api import lint

from monitor.documents import DocumentLayout, write
from monitor.documents.word.fields import FIELDS, TemplatePage, values_of
from monitor.documents.word.template import MAX_BYTES, delivered
from monitor.documents.word.xml import Xml
from monitor.documents.writing import NotWrittenError
from tests import wordbook
from tests.documents.word import guide
from tests.documents.word.build import (
    W,
    body_of,
    bulletin,
    facts_of,
    like,
    listing,
    paragraphs,
    part,
    row,
    save,
    template_of,
    written,
)
from tests.wordbook import paragraph

MILLIMETRE = 1440 / 25.4
"""In twentieths of a point."""
OFFICIAL = [layout for layout in DocumentLayout if layout is not DocumentLayout.TABLE]


@pytest.mark.parametrize("layout", DocumentLayout)
def test_the_templates_are_those_of_the_script(layout: DocumentLayout) -> None:
    assert delivered(layout) == wordbook.template(layout)


@pytest.mark.parametrize("layout", DocumentLayout)
def test_nothing_is_wrong_with_the_templates(layout: DocumentLayout) -> None:
    result = lint(delivered(layout), autoescape=True)
    assert [(issue.rule, issue.message) for issue in result.issues] == []


@pytest.mark.parametrize("layout", OFFICIAL)
def test_the_page_has_the_measures_of_gb_t_9704(layout: DocumentLayout) -> None:
    body = body_of(delivered(layout))
    size, margins = body.find(f".//{W}pgSz"), body.find(f".//{W}pgMar")
    assert size is not None
    assert margins is not None
    measured = {
        side: round(int(margins.get(f"{W}{side}", "")) / MILLIMETRE) for side in ("top", "bottom", "left", "right")
    }
    assert measured == {"top": 37, "bottom": 35, "left": 28, "right": 26}
    assert [round(int(size.get(f"{W}{side}", "")) / MILLIMETRE) for side in ("w", "h")] == [210, 297]


STYLES = {
    "Normal": ("仿宋_GB2312", 32, "560"),
    "公文标题": ("方正小标宋简体", 44, "640"),
    "一级标题": ("黑体", 32, "560"),
    "二级标题": ("楷体_GB2312", 32, "560"),
    "公文正文": ("仿宋_GB2312", 32, "560"),
    "footer": ("宋体", 28, "240"),
}
"""Font, size in half points, and distance of lines in twentieths of a point: 二号 is 22 points, 三号 16, 四号 14."""


SMALLER = {DocumentLayout.WEEKLY: {32: 24, "560": "360"}}
"""The week is the office's own single page: 小四 on 18 points where an official document has 三号 on 28."""


@pytest.mark.parametrize("layout", DocumentLayout)
@pytest.mark.parametrize("name", STYLES)
def test_letters_have_the_fonts_and_sizes_of_gb_t_9704(layout: DocumentLayout, name: str) -> None:
    font, *usual = STYLES[name]
    size, line = (SMALLER.get(layout, {}).get(value, value) for value in usual)
    styles = part(delivered(layout), "word/styles.xml")
    base = next(style for style in styles.iter(f"{W}style") if named(style) == "Normal")
    style = next(style for style in styles.iter(f"{W}style") if named(style) == name)
    assert first(style, base, "rFonts", "eastAsia") == first(style, base, "rFonts", "ascii") == font
    assert first(style, base, "sz", "val") == str(size)
    assert first(style, base, "spacing", "line") == line
    if line != "240":
        assert first(style, base, "spacing", "lineRule") == "exact"


def named(style: object) -> str | None:
    name = style.find(f"{W}name")  # type: ignore[attr-defined]
    return None if name is None else name.get(f"{W}val")


def first(style: object, base: object, tag: str, name: str) -> str | None:
    """Return an attribute of a style, or of the one that it is based on."""
    for each in (style, base):
        for node in each.iter(f"{W}{tag}"):  # type: ignore[attr-defined]
            if node.get(f"{W}{name}") is not None:
                return str(node.get(f"{W}{name}"))
    return None


def test_a_page_has_22_lines_of_28_letters() -> None:
    height, width = (297 - 37 - 35) * MILLIMETRE / 20, (210 - 28 - 26) * MILLIMETRE / 20
    styles = part(delivered(DocumentLayout.BULLETIN), "word/styles.xml")
    base = next(style for style in styles.iter(f"{W}style") if named(style) == "Normal")
    narrower = next(int(node.get(f"{W}val", "")) for node in base.iter(f"{W}spacing") if node.get(f"{W}val")) / 20
    assert height // 28 == 22
    assert width // (16 + narrower) == 28


@pytest.mark.parametrize("layout", DocumentLayout)
def test_the_number_of_a_page_is_outside_one_letter_from_the_edge(layout: DocumentLayout) -> None:
    settings = part(delivered(layout), "word/settings.xml")
    assert settings.find(f"{W}evenAndOddHeaders") is not None
    for name, side in (("footer1", "right"), ("footer2", "left")):
        foot = part(delivered(layout), f"word/{name}.xml")
        assert foot.find(f".//{W}jc").get(f"{W}val") == side  # type: ignore[union-attr]
        assert foot.find(f".//{W}ind").get(f"{W}{side}Chars") == "100"  # type: ignore[union-attr]
        assert [node.text for node in foot.iter(f"{W}t")] == ["— ", "1", " —"]
        assert [(node.text or "").strip() for node in foot.iter(f"{W}instrText")] == ["PAGE"]


@pytest.mark.parametrize("layout", DocumentLayout)
def test_every_font_has_one_that_stands_for_it_and_none_is_embedded(layout: DocumentLayout) -> None:
    fonts = part(delivered(layout), "word/fontTable.xml")
    assert {font.get(f"{W}name") for font in fonts} >= {name for name, _, _ in STYLES.values()}
    assert all(font.find(f"{W}altName").get(f"{W}val") for font in fonts)  # type: ignore[union-attr]
    with ZipFile(io.BytesIO(delivered(layout))) as packed:
        assert not [name for name in packed.namelist() if "font" in name.lower() and not name.endswith(".xml")]


@pytest.mark.parametrize("name", ["公文标题", "一级标题", "二级标题", "附件序号", "附件标题", "表头", "落款"])
def test_no_heading_is_left_alone_at_the_foot_of_a_page(name: str) -> None:
    styles = part(delivered(DocumentLayout.BULLETIN), "word/styles.xml")
    style = next(style for style in styles.iter(f"{W}style") if named(style) == name)
    assert style.find(f"{W}pPr/{W}keepNext") is not None


def own(folder: Path, content: bytes, layout: DocumentLayout = DocumentLayout.TABLE) -> None:
    """Keep a template as the office does."""
    (folder / "documents").mkdir(exist_ok=True)
    (folder / "documents" / f"{layout.value}.docx").write_bytes(content)


def test_the_office_s_own_template_is_taken_where_there_is_one(tmp_path: Path) -> None:
    own(tmp_path, template_of(paragraph("本办专用：{{ 标题 }}") + paragraph("{{p 表格 }}")))
    save(tmp_path, listing())
    assert paragraphs((tmp_path / "文件.docx").read_bytes())[0] == "本办专用：联合研判表"
    assert written(bulletin()) == _bulletin_in(tmp_path)


def _bulletin_in(folder: Path) -> bytes:
    write(folder / "通报.docx", bulletin(), folder)
    return (folder / "通报.docx").read_bytes()


@pytest.mark.parametrize("layout", DocumentLayout)
def test_every_template_prints_a_document_of_its_form(layout: DocumentLayout) -> None:
    assert "示例" in "".join(paragraphs(written(like(layout))))


CROSSED = paragraph("{%p if 标题 %}") + paragraph("甲{% endif %}") + paragraph("乙")
FAULTS = {
    "a misspelt field": (paragraph("{{ 标提 }}"), "没有字段“标提”（是否应为“标题”？）"),
    "a field of nothing": (paragraph("{{ 标题.长度 }}"), "没有字段“长度”"),
    "an unknown field in a branch that is not taken": (
        paragraph("{%p if 送审稿 %}") + paragraph("{{ 密级 }}") + paragraph("{%p endif %}"),
        "没有字段“密级”",
    ),
    "a misspelt part": (
        paragraph("{%p for 段 in 正文 %}") + paragraph("{{ 段.文本 }}") + paragraph("{%p endfor %}"),
        "没有字段“文本”（是否应为“文字”？）",
    ),
    "a part of the list itself": (paragraph("{{ 附件.标题 }}"), "没有字段“标题”"),
    "a list": (paragraph("{{ 附件 }}"), "“附件”是列表，要用 for 逐项列出"),
    "an item": (
        paragraph("{%p for 段 in 正文 %}") + paragraph("{{ 段 }}") + paragraph("{%p endfor %}"),
        "“段”要写明是哪一项内容，如“段.级”",
    ),
    "no list": (
        paragraph("{%p for 字 in 标题 %}") + paragraph("{{ 字 }}") + paragraph("{%p endfor %}"),
        "“标题”不是列表",
    ),
    "a loop within another list": (
        paragraph("{%p for 段 in 正文 %}") + paragraph("{%p for 件 in 附件 %}") + paragraph("{%p endfor %}") * 2,
        "for 里面的 for 只能列出“段”的内容",
    ),
    "the same list within an inner loop": (
        "".join(map(paragraph, ("{%p for 件 in 附件 %}", "{%p for 甲 in 件.说明 %}", "{%p for 乙 in 件.说明 %}")))
        + paragraph("{%p endfor %}") * 3,
        "for 里面的 for 只能列出“甲”的内容",
    ),
    "a loop without an end": (paragraph("{%p for 段 in 正文 %}"), "循环或条件没有成对"),
    "a condition across paragraphs": (CROSSED, "循环或条件没有放好"),
    "braces without an end": (paragraph("{{ 标题"), "写错的"),
    "a call": (paragraph("{{ 标题.upper() }}"), "不能使用“Call”"),
    "a way to Python": (paragraph("{{ 标题.__class__.__mro__ }}"), "没有字段“__class__”"),
    "an index": (paragraph("{{ 标题[0] }}"), "不能使用“Getitem”"),
    "a file": (paragraph("{% include '/etc/passwd' %}"), "不能使用“Include”"),
    "a module": (paragraph("{% import 'os' as os %}"), "不能使用“Import”"),
    "the settings": (paragraph("{{ config }}"), "没有字段“config”"),
    "jinja2's own": (paragraph("{{ cycler }}"), "没有字段“cycler”"),
    "work without end": (paragraph("{{ 'a' * 1000000000 }}"), "不能使用“Mul”"),
    "a range": (paragraph("{% for i in range(9) %}{% endfor %}"), "不能使用“Call”"),
    "a macro": (paragraph("{% macro m() %}{% endmacro %}"), "不能使用“Macro”"),
    "a name of its own": (paragraph("{% set 甲 = 标题 %}"), "不能使用“Assign”"),
    "markup": (paragraph("{{ 标题|safe }}"), "不能使用“safe”"),
    "a constant": (paragraph("{{ '甲' }}"), "不能使用“Const”"),
    "a table within a line": (paragraph("见{{ 表格 }}"), "表格和分页要单独成段"),
    "a text in the place of a paragraph": (paragraph("{{p 标题 }}"), "只有表格和分页写作 {{p … }}"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_of_a_template_is_one_sentence_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    body, said = FAULTS[case]
    own(tmp_path, template_of(body))
    with pytest.raises(NotWrittenError, match=r"^模板 table\.docx：") as raised:
        save(tmp_path, listing([row(1)]))
    assert said in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["documents"]


DAMAGES: dict[str, tuple[str, bytes, bytes]] = {
    "styles that are no styles": ("[Content_Types].xml", b"wordprocessingml.styles+xml", b"wordprocessingml.x+xml"),
    "a relation without a target": ("word/_rels/document.xml.rels", b" Target=", b" Tarjet="),
    "letters that are none": ("word/document.xml", "标题".encode(), b"\xff"),
    "a width that is no number": ("word/document.xml", b'w:w="', b'w:w="x'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_template_is_a_fault_and_no_error(tmp_path: Path, damage: str) -> None:
    name, before, after = DAMAGES[damage]
    own(tmp_path, replaced(delivered(DocumentLayout.TABLE), name, before, after))
    with pytest.raises(NotWrittenError, match=r"^模板 table\.docx：.*另存为 \.docx"):
        save(tmp_path, listing([row(1)]))


def test_a_template_whose_bytes_are_damaged_is_a_fault_and_no_error(tmp_path: Path) -> None:
    content = delivered(DocumentLayout.TABLE)
    for place in range(100, len(content), 97):
        own(tmp_path, content[:place] + bytes(9) + content[place + 9 :])
        with contextlib.suppress(NotWrittenError):
            save(tmp_path, listing([row(1)]))


def replaced(content: bytes, name: str, before: bytes, after: bytes) -> bytes:
    """Return a packed file in which one part says something else."""
    made = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(made, "w") as new:
        assert before in old.read(name)
        for part_name in old.namelist():
            part_ = old.read(part_name)
            new.writestr(part_name, part_.replace(before, after) if part_name == name else part_)
    return made.getvalue()


def relation(kind: str, target: str, mode: str = "") -> dict[str, str | bytes]:
    """Return the document's relationships with one more."""
    before = wordbook.parts(DocumentLayout.TABLE)["word/_rels/document.xml.rels"]
    more = f'<Relationship Id="rId9" Type="http://x/relationships/{kind}" Target="{target}"{mode}/></Relationships>'
    return {"word/_rels/document.xml.rels": before.replace("</Relationships>", more)}


EXTERNAL = " TargetMode='External'"
TITLE = paragraph("{{ 标题 }}")
FIELD = "<w:p><w:r><w:instrText>{}</w:instrText></w:r><w:r><w:instrText>{}</w:instrText></w:r></w:p>"
BAD_FILES = {
    "no zip": (b"PK no", "不是 Word 文档"),
    "an old Word file": (b"\xd0\xcf\x11\xe0" + bytes(600), "不是 Word 文档"),
    "another zip": (
        template_of(TITLE, others={"word/document.xml": ""}).replace(b"word/doc", b"wurd/doc"),
        "不是 Word 文档",
    ),
    "no XML": (template_of(TITLE, others={"word/styles.xml": "<w:styles>"}), "不是 Word 文档"),
    "entities": (
        template_of(
            TITLE, others={"word/footer1.xml": "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"}
        ),
        "不是 Word 文档",
    ),
    "a picture elsewhere": (
        template_of(TITLE, others=relation("image", "http://127.0.0.1/a.png", EXTERNAL)),
        "外部文件",
    ),
    "a template elsewhere": (
        template_of(TITLE, others=relation("attachedTemplate", "file:///a.dotm", EXTERNAL)),
        "外部文件",
    ),
    "an object": (template_of(TITLE, others=relation("oleObject", "footer1.xml")), "嵌入的对象"),
    "macros": (template_of(TITLE, others=relation("vbaProject", "footer1.xml")), "宏"),
    "a field that reads a file": (template_of(TITLE + FIELD.format("INCLUDE", "TEXT C:\\a")), "读取其他文件的域"),
    "a field that starts a program": (template_of(TITLE + FIELD.format(" DDEAUTO ", "cmd")), "读取其他文件的域"),
    "a value as a field": (template_of(TITLE + FIELD.format("{{ 标题 }}", "")), "读取其他文件的域"),
    "a bomb": (template_of(TITLE, others={"word/media/a.bin": bytes(21_000_000)}), "太大"),
    "a part too large": (template_of(TITLE, others={"word/a.xml": b"<a/>" + bytes(2_000_001)}), "太大"),
    "a file too large": (bytes(MAX_BYTES + 1), "太大"),
    "more than one section": (
        template_of(f"<w:p><w:pPr><w:sectPr>{wordbook.PORTRAIT}</w:sectPr></w:pPr></w:p>"),
        "分节符",
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_template_that_brings_more_than_looks_is_refused(tmp_path: Path, case: str) -> None:
    content, said = BAD_FILES[case]
    own(tmp_path, content)
    with pytest.raises(NotWrittenError, match=r"^模板 table\.docx：") as raised:
        save(tmp_path, listing())
    assert said in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["documents"]


def test_a_link_that_is_clicked_and_the_number_of_a_page_are_no_harm(tmp_path: Path) -> None:
    others = relation("hyperlink", "https://example.gov.cn", EXTERNAL)
    own(tmp_path, template_of(TITLE + FIELD.format(" NUM", "PAGES "), others=others))
    save(tmp_path, listing())


def test_a_template_whose_styles_have_other_ids_is_filled_all_the_same(tmp_path: Path) -> None:
    styles = wordbook.STYLES.replace('w:styleId="c3"', 'w:styleId="af7"')
    own(tmp_path, template_of(paragraph("{{p 表格 }}"), others={"word/styles.xml": styles}))
    used = {node.get(f"{W}val") for node in save(tmp_path, listing([row(1)])).iter(f"{W}pStyle")}
    assert used == {"c2", "af7"}


def test_words_that_word_has_cut_to_pieces_are_still_fields(tmp_path: Path) -> None:
    cut = (
        "<w:p><w:r><w:t>{</w:t></w:r><w:r><w:t>{ 标</w:t></w:r><w:r><w:t>题 }</w:t></w:r><w:r><w:t>}</w:t></w:r></w:p>"
    )
    own(tmp_path, template_of(cut))
    save(tmp_path, listing())
    assert paragraphs((tmp_path / "文件.docx").read_bytes())[0] == "联合研判表"


def test_a_condition_within_a_line_that_word_has_cut_to_pieces_is_one(tmp_path: Path) -> None:
    pieces = "".join(f"<w:r><w:t>{text}</w:t></w:r>" for text in ("甲{% if 送审稿 %}", "乙", "丙{% endif %}", "丁"))
    own(tmp_path, template_of(f"<w:p>{pieces}</w:p>"))
    save(tmp_path, listing())
    assert paragraphs((tmp_path / "文件.docx").read_bytes())[0] == "甲丁"


def test_headers_are_filled_and_checked_too(tmp_path: Path) -> None:
    foot = wordbook.footer("right").replace("— ", "{{ 标题 }}", 1)
    own(tmp_path, template_of(TITLE, others={"word/footer1.xml": foot}))
    save(tmp_path, listing())
    with ZipFile(tmp_path / "文件.docx") as packed:
        assert "联合研判表" in packed.read("word/footer1.xml").decode()
    own(tmp_path, template_of(TITLE, others={"word/footer1.xml": foot.replace("标题", "页眉")}))
    with pytest.raises(NotWrittenError, match="没有字段“页眉”"):
        save(tmp_path, listing())


def test_a_word_of_one_form_is_no_field_of_another(tmp_path: Path) -> None:
    own(tmp_path, template_of(paragraph("{{ 整改时限 }}")))
    with pytest.raises(NotWrittenError, match="没有字段“整改时限”"):
        save(tmp_path, listing())
    own(tmp_path, template_of(paragraph("{{ 整改时限 }}")), DocumentLayout.NOTICE)
    save(tmp_path, like(DocumentLayout.NOTICE))
    assert facts_of(DocumentLayout.NOTICE)


def test_a_template_that_leaves_the_attachments_out_leaves_its_page_as_it_is(tmp_path: Path) -> None:
    own(tmp_path, template_of(TITLE), DocumentLayout.BULLETIN)
    body = save(tmp_path, bulletin([row(1)]))
    assert [size.get(f"{W}orient", "portrait") for size in body.iter(f"{W}pgSz")] == ["landscape"]


def test_the_guide_names_every_field_and_every_template() -> None:
    text = guide.GUIDE.read_text("utf-8")
    assert guide.written(text) == text
    assert set(guide.FORMS) == set(DocumentLayout)
    assert sum(line in guide.HEADS for line in text.splitlines()) == len(list(guide.tables()))


def test_the_values_of_a_document_are_those_that_the_list_of_fields_names() -> None:
    page = TemplatePage(
        on_side=False,
        table=lambda _, __: Xml("<w:tbl/>"),
        signatures=lambda _, __: Xml("<w:tbl/>"),
        picture=lambda _: Xml("<w:p/>"),
        next_page=lambda _: Xml("<w:p/>"),
    )
    values = values_of(bulletin([row(1)]), page)
    assert list(values) == [field.name for field in FIELDS]
    for field in FIELDS:
        items = values[field.name]
        assert isinstance(items, list) == field.is_list
        if field.parts:
            assert all(list(item) == [part.name for part in field.parts] for item in items)  # type: ignore[attr-defined]
