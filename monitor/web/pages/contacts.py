"""`/contacts`: the phone numbers of a unit's people, shown to who asks for them until their session ends."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.contacts import ShowContactsCommand, show_contacts
from monitor.actions.refused import RefusedError
from monitor.core.account import UnitKey
from monitor.queries.account import read_unit
from monitor.web.auth.visitor import Visitor, visitor_of
from monitor.web.forms import done, form_of
from monitor.web.pages.pages import Pages

SESSIONS = 500
"""Sessions that are remembered; of the others people ask once more."""


class ShownNumbers:
    """Which units' numbers were shown in which sessions; a session is known by the token of its forms."""

    def __init__(self) -> None:
        """Begin with none."""
        self._units: OrderedDict[str, set[UnitKey]] = OrderedDict()

    def note(self, visitor: Visitor, unit: UnitKey) -> None:
        """Remember that a visitor was shown a unit's numbers."""
        self._units.setdefault(visitor.csrf, set()).add(unit)
        self._units.move_to_end(visitor.csrf)
        if len(self._units) > SESSIONS:
            self._units.popitem(last=False)

    def has(self, visitor: Visitor, unit: UnitKey) -> bool:
        """True if they were shown in this session."""
        return unit in self._units.get(visitor.csrf, ())


def routes(pages: Pages, shown: ShownNumbers) -> Iterator[Route]:
    """Yield what is answered."""
    yield Route("/contacts", partial(contacts, pages, shown), methods=["POST"])


async def contacts(pages: Pages, shown: ShownNumbers, request: Request) -> Response:
    """Answer POST `/contacts`: show the numbers of the unit of an account."""
    form, visitor = await form_of(request), visitor_of(request)
    context, account_id = pages.context, form.get("account")
    unit = await context.store.query(lambda tx: read_unit(tx, account_id))
    if unit is None:
        raise HTTPException(404, "台账中没有这个账号，请核对编号。")
    command = ShowContactsCommand(unit=unit)
    try:
        await pages.perform(request, show_contacts, command)
    except RefusedError as refused:
        raise HTTPException(404, str(refused)) from None
    shown.note(visitor, unit)
    return done(request, f"/accounts/{quote(account_id)}", "")
