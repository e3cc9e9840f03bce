"""Templates: the office's own file where it has one, else the one that comes with the program; and what is in them."""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from monitor.documents.document import DocumentLayout
from monitor.documents.word.language import TemplateFaultError

FOLDER = "documents"
"""Where in the settings folder the office's own templates lie."""
MAX_BYTES, MAX_PARTS, MAX_UNPACKED, MAX_TEXT = 5_000_000, 300, 20_000_000, 2_000_000
"""Of the file; of what is in it; unpacked; and of any part of it that is text."""


@dataclass(frozen=True)
class Template:
    """One template as it was read."""

    name: str
    content: bytes
    is_own: bool = False
    """True if it is the office's."""

    @cached_property
    def version(self) -> str:
        """What it is known by: the SHA-256 of its content."""
        return hashlib.sha256(self.content).hexdigest()


def read_template(layout: DocumentLayout, config: Path | None) -> Template:
    """Return the template of a layout from the settings folder, or the one that comes along; raises TemplateFaultError.

    Raises OSError if the office's file is there and cannot be read.
    """
    name = f"{layout.value}.docx"
    own = config / FOLDER / name if config else None
    if own is not None and own.exists():
        if own.stat().st_size > MAX_BYTES:
            raise TemplateFaultError(_too_large())
        return Template(name, own.read_bytes(), is_own=True)
    return Template(name, delivered(layout))


def delivered(layout: DocumentLayout) -> bytes:
    """Return the template of a layout that comes with the program."""
    return (files("monitor.documents.word") / "templates" / f"{layout.value}.docx").read_bytes()


def check_file(template: Template) -> None:
    """Refuse what is no Word file or is too large; raises TemplateFaultError."""
    if len(template.content) > MAX_BYTES:
        raise TemplateFaultError(_too_large())
    try:
        with ZipFile(io.BytesIO(template.content)) as packed:
            _check_sizes(packed.infolist())
            if "word/document.xml" not in packed.namelist():
                raise TemplateFaultError(NO_WORD_FILE)
            for part in packed.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _check_part(packed.read(part))
    except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise error if isinstance(error, TemplateFaultError) else TemplateFaultError(NO_WORD_FILE) from error


NO_WORD_FILE = "不是 Word 文档，请在 Word 或 WPS 中另存为 .docx"


def _too_large() -> str:
    return f"太大，不能超过{MAX_BYTES // 1_000_000}MB，请去掉其中的图片"


def _check_sizes(parts: list[ZipInfo]) -> None:
    is_large = any(part.file_size > MAX_TEXT for part in parts if part.filename.endswith((".xml", ".rels")))
    if is_large or len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise TemplateFaultError(_too_large())


def _check_part(content: bytes) -> None:
    if b"<!DOCTYPE" in content or b"\0" in content or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TemplateFaultError(NO_WORD_FILE)
