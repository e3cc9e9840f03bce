"""`/messages/{id}`: one message."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.queries.messages import read_message
from monitor.web.pages.pages import Pages


async def message(pages: Pages, request: Request) -> Response:
    """Answer `/messages/{id}`: the words as sent."""
    sent = await pages.context.store.query(lambda tx: read_message(tx, request.path_params["message_id"]))
    if sent is None:
        raise HTTPException(404, "没有这条消息，请核对编号。")
    return pages.html("message.html", pages.context.moment(), sent=sent)
