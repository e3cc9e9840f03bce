"""The columns of the roster (台账), in their order, and what each says of an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.core.account import (
    Account,
    AccountFunction,
    AccountStatus,
    Contact,
    Labelled,
    OperationMode,
    Platform,
    Role,
    UnitLevel,
)
from monitor.documents.document import Column, Value

REQUIRED = ("账号ID", "账号名称", "平台", "主办单位")
"""The columns a roster must have, filled in every row."""

SEPARATOR = "、"
"""The marks between several people of one role, and between their phones, in one cell."""


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """One column of the roster."""

    column: Column
    of: Callable[[Account], Value]
    """Returns an account's value of the column: a word, a number, a date, or None for a blank cell."""

    @property
    def name(self) -> str:
        """The header."""
        return self.column.name


def _labels(kind: type[Labelled]) -> tuple[str, ...]:
    return tuple(member.label for member in kind)


def _yes_no(value: bool | None) -> str | None:  # noqa: FBT001 - the value itself
    return None if value is None else "是" if value else "否"


def _people(role: Role, part: Callable[[Contact], str | None]) -> Callable[[Account], Value]:
    def joined(account: Account) -> Value:
        parts = [part(contact) or "" for contact in account.people(role)]
        return SEPARATOR.join(parts).rstrip(SEPARATOR) or None

    return joined


def _of_role(role: Role) -> tuple[RosterColumn, ...]:
    return (
        RosterColumn(Column(name=role.label), _people(role, lambda contact: contact.name)),
        RosterColumn(Column(name=f"{role.label}手机"), _people(role, lambda contact: contact.phone)),
        RosterColumn(Column(name=f"{role.label}邮箱", width=22), _people(role, lambda contact: contact.mail)),
        RosterColumn(Column(name=f"{role.label}钉钉"), _people(role, lambda contact: contact.dingtalk)),
    )


_YES_NO = ("是", "否")

COLUMNS: tuple[RosterColumn, ...] = (
    RosterColumn(Column(name="账号ID"), lambda account: account.id),
    RosterColumn(Column(name="账号名称", width=20), lambda account: account.name),
    RosterColumn(Column(name="平台", choices=_labels(Platform)), lambda account: account.platform.label),
    RosterColumn(Column(name="平台标识", width=20), lambda account: account.platform_id),
    RosterColumn(Column(name="主页链接", width=30), lambda account: account.homepage),
    RosterColumn(Column(name="采集方式", width=30), lambda account: account.method),
    RosterColumn(Column(name="所属地区"), lambda account: account.area),
    RosterColumn(Column(name="主办单位", width=24), lambda account: account.unit),
    RosterColumn(
        Column(name="单位层级", choices=_labels(UnitLevel)),
        lambda account: account.level.label if account.level else None,
    ),
    RosterColumn(Column(name="账号类型", choices=_labels(AccountFunction)), lambda account: account.function.label),
    RosterColumn(Column(name="主账号", width=8, choices=_YES_NO), lambda account: _yes_no(account.is_main)),
    RosterColumn(Column(name="状态", width=8, choices=_labels(AccountStatus)), lambda account: account.status.label),
    RosterColumn(Column(name="开设日期", is_date=True), lambda account: account.opened_on),
    RosterColumn(Column(name="注销日期", is_date=True), lambda account: account.closed_on),
    RosterColumn(Column(name="认证主体", width=24), lambda account: account.verified_entity),
    RosterColumn(
        Column(name="运营方式", choices=_labels(OperationMode)), lambda account: account.outsourcing.mode.label
    ),
    RosterColumn(Column(name="受委托方", width=20), lambda account: account.outsourcing.operator_org),
    RosterColumn(Column(name="受委托方类型"), lambda account: account.outsourcing.operator_type),
    RosterColumn(
        Column(name="转包", width=8, choices=_YES_NO), lambda account: _yes_no(account.outsourcing.is_subcontracted)
    ),
    RosterColumn(Column(name="委托协议日期", is_date=True), lambda account: account.outsourcing.agreement_on),
    RosterColumn(Column(name="保密协议日期", is_date=True), lambda account: account.outsourcing.confidentiality_on),
    RosterColumn(Column(name="新闻资质到期", is_date=True), lambda account: account.outsourcing.news_licence_until),
    RosterColumn(Column(name="粉丝数", width=10), lambda account: account.followers),
    *_of_role(Role.LIAISON),
    *_of_role(Role.LEADER),
    RosterColumn(Column(name="通知群"), lambda account: account.group),
    RosterColumn(Column(name="授权到期", is_date=True), lambda account: account.grant_until),
    RosterColumn(Column(name="认证到期", is_date=True), lambda account: account.verified_until),
    RosterColumn(Column(name="备注", width=30), lambda account: account.note),
)
PEOPLE = frozenset(column.name for role in (Role.LIAISON, Role.LEADER) for column in _of_role(role))
"""The columns that say who somebody is and how to reach them."""
