"""The people who log in: their names and roles."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Labelled, UnitKey

LONGEST_NAME = 40
"""Characters of a user's name."""


class UserRole(Labelled):
    """What somebody who logs in is in the office; one person may be several, but for the role of a unit."""

    ADMINISTRATOR = "administrator", "管理员"
    OPERATOR = "operator", "操作员"
    READER = "reader", "只读"
    UNIT = "unit", "单位"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may log in."""

    id: int
    name: str
    roles: frozenset[UserRole]
    own: UnitKey | None = None
    """Of the role of a unit, which one."""
    created_at: datetime
    disabled_at: datetime | None = None
    last_login_at: datetime | None = None
    has_password: bool = False
    has_second_factor: bool = False
    must_have_second_factor: bool = False
    """True if an administrator demands it."""

    @property
    def lacks_second_factor(self) -> bool:
        """True if an administrator demands a second factor and there is none."""
        return self.must_have_second_factor and not self.has_second_factor

    @property
    def roles_label(self) -> str:
        """The roles in words, the highest first."""
        return "、".join(role.label for role in UserRole if role in self.roles)


def name_key(name: str) -> str:
    """Return what two users' names must differ in: not in case, width or blanks around."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def name_problem(name: str) -> str | None:
    """Return why a name cannot be a user's, as the end of a sentence; None for one that can."""
    if not name.strip():
        return "不能为空"
    if len(name.strip()) > LONGEST_NAME or len(name_key(name)) > LONGEST_NAME:
        return f"不能超过{LONGEST_NAME}个字"
    if not all(char.isalnum() or char in "._-@·" for char in name.strip()):
        return "只能用汉字、字母、数字和 . _ - @ ·"
    return None


def roles_problem(roles: frozenset[UserRole], own: UnitKey | None) -> str | None:
    """Return why roles do not go together, as a sentence without its end; None where they do."""
    if not roles:
        return "至少要有一个角色"
    if UserRole.UNIT in roles and len(roles) > 1:
        return "单位用户不能兼任其他角色"
    if (UserRole.UNIT in roles) != (own is not None):
        return "只有单位用户要写明主办单位，并且必须写明"
    return None
