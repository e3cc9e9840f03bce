"""Documents that pages hand out as files: read as the page reads, written apart, and kept in the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.actions.actor import Right
from monitor.actions.documents import Handout, HandOutCommand, hand_out
from monitor.documents import Document
from monitor.documents.writing import NotWrittenError, content_of
from monitor.store import Tx
from monitor.web.auth.visitor import Visitor
from monitor.web.download import attachment
from monitor.web.pages.pages import Pages


def require(visitor: Visitor, right: Right) -> None:
    """Refuse who has not a right that only some of what a page hands out needs."""
    if not visitor.may(right):
        raise HTTPException(403, f"您没有{right.label}的权限。")


async def handed_out(
    pages: Pages, request: Request, document: Callable[[Tx], Document], what: Handout, name: str, detail: str = ""
) -> Response:
    """Return a document to be saved, in the form that its name asks for; who took it is kept before."""
    found = await pages.context.store.query(document)
    return await handed_out_as(pages, request, found, HandOutCommand(what=what, file=name, detail=detail))


async def handed_out_as(
    pages: Pages, request: Request, document: Document, command: HandOutCommand, *, refused_with: int = 422
) -> Response:
    """Return a document that was read before, likewise."""
    context = pages.context
    try:
        content = await asyncio.to_thread(content_of, command.file, document, context.folder)
    except NotWrittenError as error:
        raise HTTPException(refused_with, f"{error}。") from error
    await pages.perform(request, hand_out, command)
    return attachment(content, command.file)
