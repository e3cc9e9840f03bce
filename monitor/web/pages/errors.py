"""Answers to requests that lead nowhere, or to a page that cannot be made."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.web.guard import API, headers_for, refusal
from monitor.web.pages.pages import Pages


async def not_answered(pages: Pages, request: Request, error: Exception) -> Response:
    """Answer a request that leads nowhere."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    sentence = "没有这个页面，请核对网址。" if status == 404 else "页面不支持这样的请求，请返回首页重新打开。"  # noqa: PLR2004 - HTTP's own number
    own = isinstance(error, HTTPException) and not error.detail.isascii()
    answer = _error(pages, request, status, error.detail if own and isinstance(error, HTTPException) else sentence)
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


async def no_database(pages: Pages, request: Request, error: Exception) -> Response:
    """Answer when the database cannot be used."""
    return _error(pages, request, 503, str(error))


async def broken(pages: Pages, request: Request, error: Exception) -> Response:
    """Answer when the page has a fault of ours."""
    answer = _error(
        pages, request, 500, "页面出错，监测工作不受影响。请稍后重试；仍出现的，请将时间和网址告知技术人员。"
    )
    answer.headers.update(headers_for(request.url.path))  # Starlette answers faults outside of the guard
    return answer


def _error(pages: Pages, request: Request, status: int, sentence: str) -> Response:
    if request.url.path.startswith(API):
        return refusal(request.url.path, status, sentence)
    return pages.html("error.html", pages.context.moment(), status=status, sentence=sentence)
