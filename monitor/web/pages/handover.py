"""`/accounts/{id}/handover.docx`: what somebody needs who takes an account over from a liaison who leaves."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.actions.documents import Handout
from monitor.documents import Document
from monitor.queries.letters import LetterContext, read_handover
from monitor.store import Tx
from monitor.web.pages.handing_out import handed_out
from monitor.web.pages.pages import Pages


async def handover_docx(pages: Pages, request: Request) -> Response:
    """Answer with the document; who took it is kept, for it names people."""
    id_, moment = request.path_params["account_id"], pages.context.moment()
    book = pages.context.rule_book(moment.today)
    context = LetterContext(moment=moment, book=book, office=pages.context.office)

    def read(tx: Tx) -> Document:
        found = read_handover(tx, id_, context)
        if found is None:
            raise HTTPException(404, "台账中没有这个账号，请核对编号。")
        return found

    return await handed_out(pages, request, read, Handout.HANDOVER, "账号交接单.docx", id_)
