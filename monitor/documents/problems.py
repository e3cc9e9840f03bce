"""问题清单 (附件1), and 复查: the problems of a period, and what became of those of the period before.

By gravity, then by the county's standing order of units. The public version says nothing in anybody's own words: a
sentence about a problem may name who found it out.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.core.calendar import beijing_date
from monitor.core.figures import AccountInPeriod, FigureName, FoundProblem
from monitor.core.recheck import RecheckedProblem
from monitor.core.reckoning import Reckoning
from monitor.documents.document import Document, Table, Value
from monitor.documents.dossier import AREA

COLUMNS = (
    "序号",
    "主办单位",
    "账号名称",
    "平台",
    "问题描述",
    "最近更新日期",
    "未更新天数",
    "监测时间",
    "依据",
    "整改时限",
    "整改状态",
)
_RECHECKED = ("序号", "主办单位", "账号名称", "平台", "上期问题", "上期未更新天数", "复查结果", "现未更新天数")


def problems(reckoning: Reckoning, *, is_public: bool = False) -> Document:
    """Return the problem list of a period."""
    rows = tuple(_numbered(reckoning, _problem_rows(reckoning, is_public=is_public)))
    figures = reckoning.figures
    head = (f"{figures.period.label}：{len(rows)}个问题，监测时间{_day(reckoning)}。",)
    return Document(title="问题清单", head=head, table=Table.of(_named(reckoning, COLUMNS), rows))


def told(reckoning: Reckoning) -> list[tuple[AccountInPeriod, FoundProblem]]:
    """Return the problems that a bulletin tells, the gravest first, then in the standing order of the units."""
    pairs = [(account, problem) for account in reckoning.material.accounts for problem in account.told]
    return sorted(pairs, key=lambda pair: pair[1].gravity)


def has_areas(reckoning: Reckoning) -> bool:
    """True if units of several areas are told of."""
    return len({account.area for account in reckoning.material.accounts}) > 1


def _problem_rows(reckoning: Reckoning, *, is_public: bool) -> Iterator[tuple[str, tuple[Value, ...]]]:
    checked_on = beijing_date(reckoning.figures.at)
    for account, problem in told(reckoning):
        said = problem.title if is_public else f"{problem.title}：{problem.because}"
        dated = (account.last_post if problem.days is not None else None, problem.days, checked_on)
        about = (account.unit, account.name, account.platform.label)
        yield account.area, (*about, said, *dated, problem.clause, problem.due, problem.progress)


def recheck(reckoning: Reckoning) -> Document:
    """Return what became of the problems of the period before."""
    rows = tuple(_numbered(reckoning, ((one.account.area, _rechecked(one)) for one in reckoning.rechecks)))
    figures = reckoning.figures
    head = (f"{figures.period.before.label}的问题，截至{_day(reckoning)}复查：{rechecks_text(reckoning)}。",)
    return Document(title="上期问题复查情况", head=head, table=Table.of(_named(reckoning, _RECHECKED), rows))


def rechecks_text(reckoning: Reckoning) -> str:
    """Return how many problems of the period before became what: 共5个，已整改3个、仍存在问题2个."""
    counted = {one.result: 0 for one in reckoning.rechecks}
    for one in reckoning.rechecks:
        counted[one.result] += 1
    parts = "、".join(f"{result.label}{count}个" for result, count in counted.items())
    if parts:
        return f"共{len(reckoning.rechecks)}个，{parts}"
    was_checked = reckoning.figures.of(FigureName.CHECKED).before is not None
    return "上期没有问题" if was_checked else "上期没有作出判定的账号，无从复查"


def _rechecked(one: RecheckedProblem) -> tuple[Value, ...]:
    account, then, now = one.account, one.problem, one.now
    about = (account.unit, account.name, account.platform.label)
    return (*about, then.title, then.days, one.result.label, now.days if now else None)


def _named(reckoning: Reckoning, columns: tuple[str, ...]) -> tuple[str, ...]:
    return (columns[0], AREA, *columns[1:]) if has_areas(reckoning) else columns


def _numbered(reckoning: Reckoning, rows: Iterator[tuple[str, tuple[Value, ...]]]) -> Iterator[tuple[Value, ...]]:
    several = has_areas(reckoning)
    for number, (area, row) in enumerate(rows, start=1):
        yield (number, area, *row) if several else (number, *row)


def _day(reckoning: Reckoning) -> str:
    day = beijing_date(reckoning.figures.at)
    return f"{day.year}年{day.month}月{day.day}日"
