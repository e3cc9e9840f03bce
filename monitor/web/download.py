"""Files that are handed out: always saved and never shown, under a name of our own."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.responses import Response

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
"""What is handed out, by the ending of the file's name."""
_PLAIN = re.compile(r"[^A-Za-z0-9.-]+")


def attachment(content: bytes, name: str) -> Response:
    """Return bytes that a browser saves under a name (RFC 6266), and takes for nothing else than its ending says."""
    ending = name.rpartition(".")[2]
    plain = _PLAIN.sub("", name.rpartition(".")[0]) or "xuncha"
    said = f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": said, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA_TYPES[ending], headers=headers)
