"""Writes docs/rights.md, who may do what, from `monitor/actions/roles.py`: `python -m tests.rightsbook`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.actions.roles import HOLDERS
from monitor.core.user import UserRole

DOCUMENT = Path(__file__).parents[1] / "docs" / "rights.md"
YES, OWN, NO = "✓", "本单位", "－"
_HEAD = """# 谁可以做什么

登录的人有一个或几个角色，各角色的权限如下表；表中没有写的都不可以。“本单位”指只能查看和办理本单位的账号和事项，
其他单位的一律回答“没有这一项”。一人可以同时是管理员和操作员；单位用户不能兼任其他角色。

| 权限 | {roles} |
|---|{lines}|
"""


def written() -> str:
    """Return the document as it is now."""
    roles = tuple(UserRole)
    head = _HEAD.format(roles=" | ".join(role.label for role in roles), lines="|".join("---" for _ in roles))
    return head + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for right, holders in HOLDERS.items():
        if holders:
            cells = (said(role) if role in holders else NO for role in UserRole)
            yield f"| {right.label} | {' | '.join(cells)} |"


def said(role: UserRole) -> str:
    """Return what the table says where a role has a right."""
    return OWN if role is UserRole.UNIT else YES


def allowed(document: str) -> set[tuple[str, UserRole]]:
    """Return which right, by its label, the document gives to which role."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in document.splitlines() if line[:1] == "|"]
    roles = [UserRole.labelled(cell) for cell in rows[0][1:]]
    return {
        (label, role)
        for label, *cells in rows[2:]
        for role, cell in zip(roles, cells, strict=True)
        if role and cell != NO
    }


if __name__ == "__main__":
    DOCUMENT.write_text(written(), "utf-8")
