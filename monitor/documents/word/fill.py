"""Write a document by the office's template or ours; and what is to be said of templates."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import IO

from monitor.documents.document import Attachment, Document, DocumentLayout, Paragraph, SectionHeading, Table
from monitor.documents.facts import FACTS
from monitor.documents.not_written import NotWrittenError
from monitor.documents.word.language import TemplateFaultError
from monitor.documents.word.tables import TooManyCellsError
from monitor.documents.word.template import FOLDER, delivered, read_template
from monitor.documents.word.writer import write_docx


def problems_of_templates(config: Path) -> Iterator[str]:
    """Yield what is wrong with the office's own templates, each a sentence with the file's name, in Chinese."""
    names = {f"{layout.value}.docx": layout for layout in DocumentLayout}
    for path in sorted((config / FOLDER).glob("*.docx")):
        if path.name not in names:
            near = get_close_matches(path.name, names, n=1, cutoff=0.5)
            hint = f"（是否应为“{near[0]}”？）" if near else ""
            yield f"模板 {path.name}：没有这个名称的模板{hint}，可用的是{'、'.join(names)}。"
            continue
        try:
            fill_word(io.BytesIO(), _blank(names[path.name]), config)
        except NotWrittenError as error:
            yield f"{error}。"


def keep_templates(config: Path) -> tuple[str, ...]:
    """Write the templates that come along into the settings folder, but over none that is there; return their names.

    Raises OSError.
    """
    folder = config / FOLDER
    folder.mkdir(exist_ok=True)
    missing = [layout for layout in DocumentLayout if not (folder / f"{layout.value}.docx").exists()]
    for layout in missing:
        (folder / f"{layout.value}.docx").write_bytes(delivered(layout))
    return tuple(f"{layout.value}.docx" for layout in missing)


def _blank(layout: DocumentLayout) -> Document:
    """Return a document with one of everything, so that all of a template is carried out."""
    table = Table.of(("",), ())
    return Document(
        title="",
        table=table,
        head=("",),
        layout=layout,
        body=(SectionHeading(text=""), SectionHeading(text="", level=2), Paragraph(text=""), table),
        attachments=(Attachment(title="", table=table, head=("",)),),
        facts=dict.fromkeys(FACTS.get(layout, ()), ""),
    )


def fill_word(file: IO[bytes], document: Document, config: Path | None) -> None:
    """Write a document by its template, the office's own in the settings folder or ours; raises NotWrittenError."""
    name = f"{document.layout.value}.docx"
    if document.layout is DocumentLayout.WEEKLY:
        document = replace(document, head=(), attachments=())  # one page: its lists stand in the workbook
    try:
        write_docx(file, document, read_template(document.layout, config))
    except TemplateFaultError as error:
        raise NotWrittenError(f"模板 {name}：{error}") from error
    except TooManyCellsError as error:
        raise NotWrittenError("表格太大，Word 难以打开，请写成 .xlsx") from error
    except OSError as error:
        raise NotWrittenError(f"模板 {name}：无法读取，请检查文件和权限") from error
