"""`/messages`: the messages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from monitor.core.message import MessageState
from monitor.queries.messages import read_messages
from monitor.web.pages.pages import Pages


async def messages(pages: Pages, request: Request) -> Response:
    """Answer `/messages`: the latest, or those in one state."""
    moment = pages.context.moment()
    state = next((state for state in MessageState if state.value == request.query_params.get("state")), None)
    page = await pages.context.store.query(lambda tx: read_messages(tx, state, moment.today))
    return pages.html(
        "messages.html",
        moment,
        sent=page.sent,
        state=state,
        counts=page.counts,
        mutes=page.mutes,
        has_channels=pages.context.has_channels,
    )
