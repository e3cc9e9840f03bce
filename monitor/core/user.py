"""The people who log in: their roles."""

from __future__ import annotations

from monitor.core.account import Labelled


class UserRole(Labelled):
    """What somebody who logs in is in the office; one person may be several, but for the role of a unit."""

    ADMINISTRATOR = "administrator", "管理员"
    OPERATOR = "operator", "操作员"
    READER = "reader", "只读"
    UNIT = "unit", "单位"
