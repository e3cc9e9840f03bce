"""Looking through an owner's grant: a token is got when there is none, and once more when it is no longer taken.

Everything that an official interface refuses for want of a right to ask ends as `Reason.GRANT`: it says
something of the grant, never of the account. A request for a token is marked `is_secret`, so that its answer
is never kept as evidence.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from monitor.core.collector import Grant, Session
from monitor.core.observation import LookFailedError, Reason

_ACCESS = "access"
"""Under this name the access token is kept; a collector may keep more under others."""
_MARGIN = timedelta(minutes=5)
"""So long before its end a token is no longer used: the far side's clock is not ours."""

T = TypeVar("T")


class StaleTokenError(Exception):
    """The far side no longer takes the access token, and a new one may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, and how long it is good for."""

    value: str = field(repr=False)
    lasts: timedelta


def granted(session: Session) -> Grant:
    """Return the grant that the source's key names; raises LookFailedError (GRANT) where there is none."""
    if session.grant is None:
        raise LookFailedError(Reason.GRANT, "the settings have no such grant for this collector")
    return session.grant


async def with_token(
    session: Session, renew: Callable[[Grant], Awaitable[Token]], look: Callable[[str], Awaitable[T]]
) -> T:
    """Return what `look` sees with the kept access token, or else with a new one from `renew`.

    `look` raises StaleTokenError where the token is no longer taken. Raises LookFailedError: GRANT where
    there is no grant, or where a new token is refused too; and what the two raise themselves.
    """
    grant = granted(session)
    kept = session.get(_ACCESS)
    if kept is not None:
        try:
            return await look(kept)
        except StaleTokenError:
            session.drop(_ACCESS)
    token = await renew(grant)
    if token.lasts > _MARGIN:
        session.put(_ACCESS, token.value, token.lasts - _MARGIN)
    try:
        return await look(token.value)
    except StaleTokenError as error:
        session.drop(_ACCESS)
        raise LookFailedError(Reason.GRANT, "a new access token is refused too") from error
