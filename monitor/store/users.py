"""The people who may log in, and what proves who they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.account import UnitKey
from monitor.core.user import User, UserRole, name_key
from monitor.store.database import Tx
from monitor.store.tables import user_roles, users


def users_of(tx: Tx, *, ids: Collection[int] | None = None) -> tuple[User, ...]:
    """Return these users, or all of them, those who may log in first, by name."""
    chosen = sa.select(users).order_by(users.c.disabled_at.is_not(None), users.c.key)
    if ids is not None:
        chosen = chosen.where(users.c.id.in_(ids))
    return _read(tx, chosen)


def user(tx: Tx, user_id: int) -> User | None:
    """Return one user, or None."""
    return next(iter(users_of(tx, ids=[user_id])), None)


def user_named(tx: Tx, name: str) -> User | None:
    """Return the user of a name, however it is written, or None."""
    return next(iter(_read(tx, sa.select(users).where(users.c.key == name_key(name)))), None)


def has_users(tx: Tx) -> bool:
    """True if there is anybody who could ever log in."""
    return tx.scalar(sa.select(users.c.id).limit(1)) is not None


def has_administrator(tx: Tx) -> bool:
    """True if there is any administrator, one who has yet to set a password included."""
    chosen = sa.select(user_roles.c.user).where(user_roles.c.role == UserRole.ADMINISTRATOR).limit(1)
    return tx.scalar(chosen) is not None


def administrators(tx: Tx) -> frozenset[int]:
    """Return the ids of the administrators who can log in; until the transaction ends nobody else changes them."""
    chosen = (
        sa.select(users.c.id)
        .join_from(users, user_roles, user_roles.c.user == users.c.id)
        .where(
            user_roles.c.role == UserRole.ADMINISTRATOR, users.c.disabled_at.is_(None), users.c.password.is_not(None)
        )
        .with_for_update(of=users)
    )
    return frozenset(tx.scalars(chosen))


def add_user(tx: Tx, name: str, roles: Iterable[UserRole], own: UnitKey | None, *, at: datetime) -> int:
    """Keep a new user, who cannot log in before there is a password, and return the id."""
    row = {
        "name": name.strip(),
        "key": name_key(name),
        "unit": own.name if own else None,
        "area": own.area if own else None,
        "must_have_second_factor": False,
        "created_at": at,
    }
    user_id: int = tx.execute(sa.insert(users).returning(users.c.id), row).scalar_one()
    _put_roles(tx, user_id, roles)
    return user_id


def set_roles(tx: Tx, user_id: int, roles: Iterable[UserRole], own: UnitKey | None) -> None:
    """Give a user these roles instead of those before."""
    _update(tx, user_id, unit=own.name if own else None, area=own.area if own else None)
    tx.execute(sa.delete(user_roles).where(user_roles.c.user == user_id))
    _put_roles(tx, user_id, roles)


def set_disabled(tx: Tx, user_id: int, since: datetime | None) -> None:
    """Keep a user from logging in from a moment on, or with None let them again."""
    _update(tx, user_id, disabled_at=since)


def set_password(tx: Tx, user_id: int, password: str) -> None:
    """Keep the hash of a user's password."""
    _update(tx, user_id, password=password)


def note_login(tx: Tx, user_id: int, *, at: datetime) -> None:
    """Keep when a user logged in last."""
    _update(tx, user_id, last_login_at=at)


def demand_second_factor(tx: Tx, user_id: int, *, is_demanded: bool) -> None:
    """Keep whether a user must have a second factor."""
    _update(tx, user_id, must_have_second_factor=is_demanded)


def set_second_factor(tx: Tx, user_id: int, secret: bytes | None) -> None:
    """Keep the secret of a user's second factor, as it was given, or None for none."""
    _update(tx, user_id, second_factor=secret, second_used=None)


def use_second_factor(tx: Tx, user_id: int, number: int) -> bool:
    """Use up the code of a half minute, by its number, and return whether no code of it or a later one was used."""
    unused = sa.or_(users.c.second_used.is_(None), users.c.second_used < number)
    spent = sa.update(users).where(users.c.id == user_id, unused).values(second_used=number)
    return tx.execute(spent).rowcount == 1


def password_of(tx: Tx, user_id: int) -> str | None:
    """Return the hash of a user's password; None where none was set."""
    return tx.scalar(sa.select(users.c.password).where(users.c.id == user_id))


def second_factor_of(tx: Tx, user_id: int) -> bytes | None:
    """Return the secret of a user's second factor, as it was given; None where there is none."""
    return tx.scalar(sa.select(users.c.second_factor).where(users.c.id == user_id))


def _update(tx: Tx, user_id: int, **values: object) -> None:
    tx.execute(sa.update(users).where(users.c.id == user_id).values(**values))


def _put_roles(tx: Tx, user_id: int, roles: Iterable[UserRole]) -> None:
    tx.execute(sa.insert(user_roles), [{"user": user_id, "role": role} for role in roles])


def _read(tx: Tx, chosen: sa.Select[Any]) -> tuple[User, ...]:
    rows = tx.execute(chosen).all()
    roles: defaultdict[int, set[UserRole]] = defaultdict(set)
    held = sa.select(user_roles).where(user_roles.c.user.in_([row.id for row in rows]))
    for row in tx.execute(held):
        roles[row.user].add(row.role)
    return tuple(_user(row, frozenset(roles[row.id])) for row in rows)


def _user(row: sa.Row[Any], roles: frozenset[UserRole]) -> User:
    return User(
        id=row.id,
        name=row.name,
        roles=roles,
        own=UnitKey(row.area, row.unit) if row.unit is not None else None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        last_login_at=row.last_login_at,
        has_password=row.password is not None,
        has_second_factor=row.second_factor is not None,
        must_have_second_factor=row.must_have_second_factor,
    )
