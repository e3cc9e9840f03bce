"""An answer that says what is wrong with a request of a program: `application/problem+json` (RFC 9457), in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse, Response

PROBLEM = "application/problem+json"


def problem(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer with one sentence: what is wrong, and what to do."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    return JSONResponse(said, status, headers, PROBLEM)
