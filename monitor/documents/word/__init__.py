"""Documents in Word's form: what the office's template looks like, filled with the values of a document.

`writer` is the one door to docxtpl and python-docx; the others say what a template may hold and what its fields mean.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from monitor.documents.document import Document
from monitor.documents.not_written import NotWrittenError
from monitor.documents.word.language import TemplateFaultError
from monitor.documents.word.tables import TooLargeError
from monitor.documents.word.template import read_template
from monitor.documents.word.writer import write_docx


def fill_word(file: IO[bytes], document: Document, config: Path | None) -> None:
    """Write a document by its template, the office's own in the settings folder or ours; raises NotWrittenError."""
    name = f"{document.form.value}.docx"
    try:
        write_docx(file, document, read_template(document.form, config))
    except TemplateFaultError as error:
        raise NotWrittenError(f"模板 {name}：{error}") from error
    except TooLargeError as error:
        raise NotWrittenError("表格太大，Word 难以打开，请写成 .xlsx") from error
    except OSError as error:
        raise NotWrittenError(f"模板 {name}：无法读取，请检查文件和权限") from error
