"""Who is logged in, with what else, and who there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import UnitKey
from monitor.core.login import CONFIRMED, is_over
from monitor.core.user import User
from monitor.store import Tx, identities, login_links, roster, sessions, users
from monitor.store.identities import LoginRequest
from monitor.store.sessions import LoginSession, digest_of

__all__ = ["LoggedIn", "LoginLinkPage", "LoginRequest", "LoginSession", "UserPage", "digest_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """A session that goes on, and whose it is."""

    session: LoginSession
    user: User

    @property
    def lacks_second_factor(self) -> bool:
        """True if an administrator demands a second factor and there is none, nor did the provider ask for one."""
        return self.user.lacks_second_factor and not self.session.is_strong

    def is_proved(self, now: datetime) -> bool:
        """True if who is there was proved a short while ago."""
        at = self.session.confirmed_at
        return at is not None and now - at < CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPage:
    """One user, and what they are logged in with."""

    user: User
    sessions: tuple[LoginSession, ...]
    identity: str | None = None
    """What the identity provider knows them by; None where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLinkPage:
    """A one-time link that can still be used."""

    name: str | None
    """Whose password it sets; None for the first administrator, who chooses a name."""


def read_login(tx: Tx, digest: str, now: datetime, idle: timedelta) -> LoggedIn | None:
    """Return who is logged in by a session; None where it is over, or never was."""
    found = sessions.session_with_user(tx, digest)
    if found is None or is_over(found[0].began_at, found[0].active_at, now, idle):
        return None
    return LoggedIn(session=found[0], user=found[1])


def read_link(tx: Tx, secret: str, now: datetime) -> LoginLinkPage | None:
    """Return what a one-time link is for; None where it is good no more."""
    link = login_links.link(tx, digest_of(secret), now=now)
    if link is None:
        return None
    if link.user is None:
        return None if users.has_administrator(tx) else LoginLinkPage(name=None)
    user = users.user(tx, link.user)
    return LoginLinkPage(name=user.name) if user else None


def read_has_administrator(tx: Tx) -> bool:
    """True if there is an administrator: till then the first one comes in by a link."""
    return users.has_administrator(tx)


def read_has_users(tx: Tx) -> bool:
    """True if there is anybody who could ever log in."""
    return users.has_users(tx)


def read_users(tx: Tx) -> tuple[User, ...]:
    """Return all users, those who may log in first."""
    return users.users_of(tx)


def read_user(tx: Tx, user_id: int) -> UserPage | None:
    """Return one user, or None."""
    found = users.user(tx, user_id)
    if found is None:
        return None
    return UserPage(
        user=found, sessions=sessions.sessions_of(tx, user_id), identity=identities.identity_of(tx, user_id)
    )


def read_requests(tx: Tx, now: datetime) -> tuple[LoginRequest, ...]:
    """Return who waits for an administrator to be let in, oldest first."""
    return identities.waiting(tx, now=now)


def read_request(tx: Tx, number: int, now: datetime) -> LoginRequest | None:
    """Return one who waits, or None."""
    return identities.waiting_request(tx, number, now=now)


def read_user_named(tx: Tx, name: str) -> User | None:
    """Return the user of a name, or None."""
    return users.user_named(tx, name)


def read_units(tx: Tx) -> tuple[UnitKey, ...]:
    """Return the units of the roster, in the order of their names."""
    return tuple(sorted({unit for _, unit, is_so in roster.units_ever(tx) if is_so}))
