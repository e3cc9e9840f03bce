"""周报: one page for the office itself, no 通报: how the week was, what is due next, and what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER
from monitor.core.figures import AccountInPeriod, CaseInPeriod, FigureName
from monitor.core.finding import State
from monitor.core.pass_rate import CheckResult
from monitor.core.reckoning import Reckoning
from monitor.documents.bulletin import summary
from monitor.documents.document import (
    Attachment,
    Block,
    Document,
    DocumentLayout,
    Paragraph,
    SectionHeading,
    Table,
    Value,
)
from monitor.documents.figure_tables import dictionary, figures_table
from monitor.documents.problems import has_areas, problems, recheck

ROWS = 5
"""Rows of a table on the page; the others are counted, and stand in the workbook."""
NAMED = 3
_SILENT = ("主办单位", "账号名称", "平台", "最近更新日期", "未更新天数", "状态")


def weekly(reckoning: Reckoning, issuer: str) -> Document:
    """Return the weekly report; `issuer` is the office that it is for."""
    figures = reckoning.figures
    listed = [problems(reckoning), recheck(reckoning)]
    return Document(
        title=f"政务新媒体监测周报（{figures.period.label}）",
        layout=DocumentLayout.WEEKLY,
        head=summary(reckoning),
        table=figures_table(figures),
        guidance=dictionary(),
        body=tuple(_body(reckoning)),
        attachments=[Attachment(title=one.title, table=one.table, head=one.head) for one in listed],
        signer=issuer,
        dated=beijing_date(figures.known_at),
    )


def _body(reckoning: Reckoning) -> Iterator[Block]:
    yield SectionHeading(text="本周概况")
    yield from (Paragraph(text=sentence) for sentence in summary(reckoning))
    yield SectionHeading(text="新增、办结和逾期事项")
    yield Paragraph(text=_cases(reckoning.material.cases))
    yield SectionHeading(text="超期与临近超期")
    yield from _table(_SILENT, list(_silent(reckoning)), "没有超期或临近超期的账号。")
    yield SectionHeading(text="待研判")
    yield Paragraph(text=_reviewed(reckoning.material.accounts))
    yield SectionHeading(text="数据缺口")
    yield Paragraph(text=_unseen(reckoning))


def _cases(cases: Sequence[CaseInPeriod]) -> str:
    kinds = (
        ("新列入", [case for case in cases if case.is_opened]),
        ("办结", [case for case in cases if case.closed_on]),
        ("整改逾期", [case for case in cases if case.is_overdue]),
    )
    return f"{'；'.join(_listed(said, some) for said, some in kinds)}。"


def _listed(said: str, cases: Sequence[CaseInPeriod]) -> str:
    named = "、".join(f"{case.whom}{case.title}" for case in cases[:NAMED])
    more = "等" if len(cases) > NAMED else ""
    return f"{said}{len(cases)}项（{named}{more}）" if cases else f"{said}0项"


def _table(columns: Sequence[str], rows: Sequence[tuple[Value, ...]], if_none: str) -> Iterator[Block]:
    if not rows:
        yield Paragraph(text=if_none)
        return
    yield Table.of(columns, rows[:ROWS])
    if len(rows) > ROWS:
        yield Paragraph(text=f"另有{len(rows) - ROWS}个，见账号列表。")


_BY_URGENCY = (State.VIOLATED, State.WARNING)


def _silent(reckoning: Reckoning) -> Iterator[tuple[Value, ...]]:
    found = [
        (account, problem)
        for account in reckoning.material.accounts
        for problem in account.problems
        if problem.rule == LADDER and problem.state in _BY_URGENCY
    ]
    with_area = has_areas(reckoning)
    for account, problem in sorted(found, key=lambda pair: (_BY_URGENCY.index(pair[1].state), -(pair[1].days or 0))):
        state = "超期" if problem.state is State.VIOLATED else "临近超期"
        unit = account.unit_called(with_area=with_area)
        yield (unit, account.name, account.platform.label, account.last_post, problem.days, state)


def _reviewed(accounts: Sequence[AccountInPeriod]) -> str:
    waiting = [[problem.title for problem in account.problems if problem.is_for_review] for account in accounts]
    titles = Counter(title for some in waiting for title in dict.fromkeys(some))
    if not titles:
        return "没有待研判的问题。"
    kinds = "、".join(f"{title}{count}个" for title, count in titles.most_common())
    return f"待联合研判的账号{sum(map(bool, waiting))}个：{kinds}，见联合研判表。"


def _unseen(reckoning: Reckoning) -> str:
    figures = reckoning.figures
    unseen = [account for account in reckoning.material.accounts if account.result is CheckResult.UNVERIFIED]
    reasons = "、".join(f"{entry.reason.label}{entry.accounts}个" for entry in figures.blocked)
    blocked = figures.of(FigureName.BLOCKED).text
    looked = f"期内{blocked}账号曾采集未成功（{reasons}）。" if reasons else "期内没有采集受阻的账号。"
    if not unseen:
        return f"没有未能核查的账号。{looked}"
    named = "、".join(account.called for account in unseen[:NAMED])
    more = f"等{len(unseen)}个" if len(unseen) > NAMED else ""
    return f"期末未能核查{len(unseen)}个：{named}{more}，请人工核查后登记。{looked}"
