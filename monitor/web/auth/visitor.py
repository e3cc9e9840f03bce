"""The visitor: who opens a page or sends a form, and what they may do."""

from __future__ import annotations

import hmac
from contextvars import ContextVar
from dataclasses import dataclass, field

from starlette.requests import Request

from monitor.actions.actor import EVERYTHING, Actor, Origin, Right
from monitor.actions.roles import rights_of
from monitor.core.account import UnitKey
from monitor.core.user import UserRole
from monitor.queries.logins import LoggedIn, digest_of

OPERATOR = UserRole.OPERATOR.label
"""The actor of the sample county: whoever opens it."""
NOBODY = "访客"
"""The actor who has not logged in."""
OPEN_RIGHTS = EVERYTHING - {Right.LOG_IN, Right.KEEP_LOGIN}
_FORM = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is asking."""

    actor: Actor
    csrf: str = field(repr=False)
    """What every form of this visitor has in it."""
    roles: frozenset[UserRole]
    login: LoggedIn | None = None
    """None in the sample county, which needs no log-in."""
    said: str = ""
    """What was done just before, to be said once, as it was kept."""

    @property
    def own(self) -> UnitKey | None:
        """The one unit that they see; None for all."""
        return self.actor.own

    @property
    def name(self) -> str:
        """What they are called."""
        return self.actor.name

    @property
    def notice(self) -> str:
        """What was done just before, to be said once."""
        return self.said.partition("\n")[2] if self.decided else self.said

    @property
    def decided(self) -> int:
        """The case that was decided just before, 0 for none: its decision can be taken back."""
        number, end, _ = self.said.partition("\n")
        return int(number) if end and number.isascii() and number.isdigit() else 0

    def may(self, right: Right) -> bool:
        """True if they have a right."""
        return right in self.actor.rights


VISITOR: ContextVar[Visitor | None] = ContextVar("VISITOR", default=None)
"""The visitor of the request that is being answered, for what every page shows around its own content."""


def visitor_of(request: Request) -> Visitor:
    """Return who asks; every page behind the gate has somebody."""
    found: Visitor = request.state.visitor
    return found


def csrf_of(secret: str) -> str:
    """Return the token of forms of the holder of a secret cookie; it does not lead back to the cookie."""
    return digest_of(f"{_FORM}/{secret}")


def is_token(shown: str, visitor: Visitor) -> bool:
    """True if a form's token is this visitor's; takes the same time however much of it is right."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), visitor.csrf.encode())


def open_visitor(secret: str, address: str, *, is_at_home: bool) -> Visitor:
    """Return who opens the sample county: its operator, at the machine itself; from elsewhere somebody who looks."""
    roles = frozenset({UserRole.ADMINISTRATOR, UserRole.OPERATOR} if is_at_home else {UserRole.READER})
    rights = OPEN_RIGHTS if is_at_home else rights_of(roles) & OPEN_RIGHTS
    actor = Actor(name=OPERATOR if is_at_home else NOBODY, origin=Origin.PAGE, rights=rights, address=address)
    return Visitor(actor=actor, csrf=csrf_of(secret), roles=roles)


def stranger(secret: str, address: str) -> Visitor:
    """Return somebody who has not logged in: they may do that."""
    actor = Actor(name=NOBODY, origin=Origin.PAGE, rights=frozenset({Right.LOG_IN}), address=address)
    return Visitor(actor=actor, csrf=csrf_of(secret), roles=frozenset())


def user_visitor(secret: str, login: LoggedIn, address: str) -> Visitor:
    """Return a user who has logged in; while something of their login is missing, that is all they may do about."""
    user, session = login.user, login.session
    rights = rights_of(user.roles)
    if session.is_half:
        rights = frozenset({Right.KEEP_LOGIN, Right.LOG_IN})
    elif login.lacks_second_factor:
        rights = frozenset({Right.KEEP_LOGIN})
    actor = Actor(
        name=user.name,
        origin=Origin.PAGE,
        rights=rights,
        login=f"{user.roles_label}，会话{session.mark}",
        address=address,
        own=user.own,
    )
    return Visitor(actor=actor, csrf=csrf_of(secret), roles=user.roles, login=login)
