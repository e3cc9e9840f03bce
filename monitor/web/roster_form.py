"""The form of an account: the roster's columns in three groups, and what a change of one of them leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.actions.imports.preview import Change
from monitor.core.account import AccountStatus
from monitor.ledger.columns import COLUMNS, REQUIRED


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One field."""

    name: str
    choices: Sequence[str]
    """Empty where anything may be written."""
    is_date: bool
    is_required: bool
    hint: str = ""
    """What to write, where the name does not say it."""


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that belong together."""

    title: str
    columns: tuple[FormColumn, ...]
    name: str = ""
    """By which an address leads to it."""


_PEOPLE = ("联络员", "责任领导", "通知群")
_BASIC = (
    "账号ID",
    "账号名称",
    "平台",
    "平台标识",
    "主页链接",
    "采集方式",
    "所属地区",
    "主办单位",
    "单位层级",
    "账号类型",
    "主账号",
    "状态",
    "开设日期",
    "注销日期",
)
_HINTS: Mapping[str, str] = {
    "采集方式": "一般留空，按平台的默认方式采集；填“人工”的只由人核查。",
    "平台标识": "账号在平台内部的编号，如微博的UID；不知道的留空，填主页链接。",
}


def _columns(names: Iterable[str]) -> Iterator[FormColumn]:
    for column in COLUMNS:
        if column.name in names:
            about = column.column
            yield FormColumn(
                column.name, about.choices or (), about.is_date, column.name in REQUIRED, _HINTS.get(column.name, "")
            )


_NAMES = tuple(column.name for column in COLUMNS)
_OF_PEOPLE = tuple(name for name in _NAMES if name.startswith(_PEOPLE))
GROUPS = (
    FieldGroup("账号", tuple(_columns(_BASIC))),
    FieldGroup("联络员和责任领导", tuple(_columns(_OF_PEOPLE)), name="people"),
    FieldGroup("运营和备注", tuple(_columns(set(_NAMES) - set(_BASIC) - set(_OF_PEOPLE)))),
)
"""Every column of the roster, once."""

_STATUS: Mapping[str, str] = {
    AccountStatus.DEREGISTERING.label: "状态改为注销中：继续监测和提醒更新，直到核实已注销。",
    AccountStatus.CLOSED.label: "状态改为已注销：不再要求更新，未办结的事项随之办结；以后再次发布的会提请核实。",
    AccountStatus.PAUSED.label: "状态改为停用：注销办结前仍须按期更新，监测和提醒照常。",
    AccountStatus.ACTIVE.label: "状态改为运行：按期更新的要求照常适用。",
}
_COLUMNS: Mapping[str, str] = {
    "平台": "平台改变后，原来的采集来源停用，按新的平台采集。",
    "账号类型": "账号类型改变后，是否要求更新随之改变。",
    "单位层级": "单位层级改变后，是否属于监管范围重新判定。",
    "开设日期": "开设日期改变后，开设以来未发布的天数重新计算。",
    "主办单位": "主办单位改变后，提醒发给新单位的联络员和责任领导。",
}


def consequences(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return what follows from changes of which judging is another, each one sentence."""
    said = (
        _STATUS.get(str(field.after), "") if field.column == "状态" else _COLUMNS.get(field.column, "")
        for change in changes
        for field in change.fields
    )
    return tuple(dict.fromkeys(filter(None, said)))
