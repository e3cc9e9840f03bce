"""`/metrics` and `/metrics/accounts`: what Prometheus is given."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from monitor.metrics import CONTENT_TYPE
from monitor.store import StoreError
from monitor.web.page_context import PageContext

GZIP_LEVEL = 3
"""Halves the time of the default for a tenth more bytes."""


async def metrics(context: PageContext, request: Request) -> Response:
    """Answer `/metrics`; without a database there is no state to tell, and Prometheus must see that."""
    return await _scraped(context.metrics, request)


async def account_metrics(context: PageContext, request: Request) -> Response:
    """Answer `/metrics/accounts`."""
    return await _scraped(context.account_metrics, request)


async def _scraped(scrape: Callable[[], Awaitable[bytes]], request: Request) -> Response:
    try:
        text = await scrape()
    except StoreError as error:
        return PlainTextResponse(str(error), 503)
    headers = {"Content-Type": CONTENT_TYPE, "Vary": "Accept-Encoding"}
    if takes_gzip(request.headers.get("accept-encoding", "")):
        text = await asyncio.to_thread(gzip.compress, text, GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(text, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """True if a header `Accept-Encoding` asks for gzip by name, and does not refuse it with `q=0`."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
