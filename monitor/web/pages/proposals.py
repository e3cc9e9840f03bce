"""`/proposals`: what units ask to have changed in the roster, to be accepted or declined."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.refused import RefusedError
from monitor.actions.unit_proposals import DeclineProposalCommand, accept_proposal, decline_proposal
from monitor.queries.proposals import read_proposals
from monitor.web.forms import Form, done, form_of
from monitor.web.pages.pages import Pages
from monitor.web.paging import whole

ADDRESS = "/proposals"


def routes(pages: Pages) -> Iterator[Route]:
    """Yield what these pages answer."""
    yield Route("/proposals", partial(proposals, pages))
    yield Route("/proposals/{number}", partial(post_answer, pages), methods=["POST"])


async def proposals(pages: Pages, request: Request) -> Response:
    """Answer GET `/proposals`."""
    del request
    return await _page(pages)


async def post_answer(pages: Pages, request: Request) -> Response:
    """Answer POST `/proposals/{number}`: accept a change, or decline it with a reason."""
    number, form, context = whole(request.path_params["number"]), await form_of(request), pages.context
    if context.accepting is None:
        raise HTTPException(404)
    try:
        if form.get("answer") == "accept":
            accept = context.accepting(number)
            kept = await pages.perform(request, accept_proposal, accept)
            said = f"已采纳，台账已按“{kept.proposal.kind.label}”更改。"
        else:
            decline = DeclineProposalCommand(number=number, why=form.get("why"))
            await pages.perform(request, decline_proposal, decline)
            said = "已退回，单位页面会显示原因。"
    except RefusedError as error:
        return await _page(pages, form, number, error)
    return done(request, ADDRESS, said)


async def _page(
    pages: Pages, typed: Form | None = None, number: int | None = None, error: RefusedError | None = None
) -> Response:
    moment = pages.context.moment()
    page = await pages.context.store.query(lambda tx: read_proposals(tx, moment.now))
    status = 200 if error is None else 422
    return pages.html(
        "proposals.html", moment, status=status, page=page, typed=typed, number=number, refused=str(error or "")
    )
