"""The permits of people without a login by the signed link in their message, and the keys that sign it.

A token opens the page of a unit for the readers of one message (see `monitor.core.token`). Opening a link changes
nothing, for robots and mail servers open links to look at them: only the buttons of its page do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import Request

from monitor.actions.actor import Actor, Origin, Right
from monitor.actions.claims import PasteCommand
from monitor.core.account import UnitKey
from monitor.core.claim import Claim, Excess
from monitor.core.token import TokenKey
from monitor.queries.unit_page import LinkPage
from monitor.web.bodies import body_of, fields_of

LONGEST_BODY = 16_384
"""Bytes of a request that says something."""
FIELDS = 200
"""Fields of a form: a unit has some dozens of accounts at most."""
HELD = frozenset({Right.ACKNOWLEDGE, Right.PASTE, Right.PROPOSE, Right.SUBSCRIBE})
"""What the holder of a signed link may do."""


class Paste(Protocol):
    """The function that takes the link of a new post: see `monitor.actions.claims.paste`."""

    async def __call__(self, command: PasteCommand, *, actor: Actor) -> Claim | Excess | None:
        """Return what became of it; None for no such account. Raises RefusedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """The permits of people without a login."""

    paste: Paste
    key: TokenKey | None = None
    """The key that signs their tokens; without it there are none."""
    api_token: str | None = field(default=None, repr=False)
    """The token of programs that paste links; without it none may."""


async def said(request: Request) -> Mapping[str, tuple[str, ...]]:
    """Return the fields of a form that was sent, with all that was given for each.

    Raises LongRequestError, also where there are too many.
    """
    return fields_of(await body_of(request, LONGEST_BODY), FIELDS, with_empty=False)


def holder(found: LinkPage, address: str, unit: UnitKey | None = None) -> Actor:
    """Return who acts by a token, for one of the units whose page it opens: what the page offers, and nothing else."""
    return Actor(name=found.by, origin=Origin.SIGNED_LINK, rights=HELD, address=address, own=unit)
