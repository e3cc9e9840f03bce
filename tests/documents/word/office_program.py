"""What LibreOffice makes of documents: it is started once for all files of a folder."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.services import require_pdftotext, require_soffice

_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
TEXT = "txt:Text (encoded):UTF8"


def printed(folder: Path, kind: str) -> None:
    """Convert every Word file of a folder; `kind` is `pdf` or `TEXT`."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    files = [str(path) for path in sorted(folder.glob("*.docx"))]
    command = [require_soffice(), profile, "--headless", "--convert-to", kind, "--outdir", str(folder), *files]
    subprocess.run(command, check=True, timeout=900, capture_output=True)


def pages_of(path: Path) -> int:
    """Return how many pages a PDF has."""
    return len(_PAGE.findall(path.read_bytes()))


def lines_of(path: Path) -> list[list[str]]:
    """Return the lines of every page of a PDF from above, without blanks and empty ones."""
    said = subprocess.run([require_pdftotext(), "-layout", path, "-"], check=True, capture_output=True, timeout=120)
    pages = said.stdout.decode().split("\f")[:-1]
    return [["".join(line.split()) for line in page.splitlines() if line.strip()] for page in pages]
