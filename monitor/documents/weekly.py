"""周报: one page for the office itself, no 通报: how the week was, what is due next, and what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER
from monitor.core.figures import AccountInPeriod, CaseInPeriod, FigureName
from monitor.core.finding import State
from monitor.core.pass_rate import CheckResult
from monitor.core.phrases import Names, plain
from monitor.core.reckoning import Reckoning
from monitor.core.rules.sup_02 import Settling
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

ROWS, _FEWEST = 20, 2
"""Rows of the table on the page at most, and where the text takes up the room; the workbook has the others."""
NAMED = 2
"""Cases or accounts that a sentence names; likewise."""
_KINDS = 3
"""Kinds that a sentence tells apart; the others are summed up."""
_PAGE, _LINE, _ROW = 570, 18, 16
"""Points of the page below its title and above its signature; of a line of the text, and of one in the table."""
_LETTERS, _CELL_LETTERS = 33, 8
"""Letters of a line of the text, and of one in the cell of a unit or an account."""
_NAME, _WHOM, _CELL = 10, 15, 18
"""Letters of a name and of whom a case is about in a sentence, and of a cell of the table: the workbook has all."""
_SILENT = ("主办单位", "账号名称", "平台", "最近更新日期", "未更新天数", "状态")
_HAPPENED = ("序号", "事项", "对象", "问题", "列入日期", "办结日期", "办结原因", "整改逾期")
_SILENT_TITLE, _CASES_TITLE = "超期与临近超期", "事项"
_REST = "其余{}个见附表（Excel）“{}”。"


def weekly(reckoning: Reckoning, issuer: str) -> Document:
    """Return the weekly report; `issuer` is the office that it is for."""
    figures, silent = reckoning.figures, tuple(_silent(reckoning))
    listed = [
        Attachment(title=_SILENT_TITLE, table=Table.of(("序号", *_SILENT), _counted(silent))),
        Attachment(title=_CASES_TITLE, table=Table.of(_HAPPENED, _counted(map(_told, reckoning.material.cases)))),
        *(Attachment(title=one.title, table=one.table, head=one.head) for one in _lists(reckoning)),
    ]
    return Document(
        title=f"政务新媒体监测周报（{figures.period.label}）",
        layout=DocumentLayout.WEEKLY,
        head=summary(reckoning),
        table=figures_table(figures),
        guidance=dictionary(),
        body=tuple(_body(reckoning, silent)),
        attachments=listed,
        signer=issuer,
        dated=beijing_date(figures.known_at),
    )


def _lists(reckoning: Reckoning) -> tuple[Document, Document]:
    return problems(reckoning), recheck(reckoning)


def _counted(rows: Iterable[tuple[Value, ...]]) -> tuple[tuple[Value, ...], ...]:
    return tuple((number, *row) for number, row in enumerate(rows, start=1))


def _body(reckoning: Reckoning, silent: Sequence[tuple[Value, ...]]) -> Iterator[Block]:
    before: tuple[SectionHeading | Paragraph, ...] = (
        SectionHeading(text="本周概况"),
        *(Paragraph(text=sentence) for sentence in summary(reckoning)),
        SectionHeading(text="新增、办结和逾期事项"),
        Paragraph(text=_cases(reckoning.material.cases)),
        SectionHeading(text=_SILENT_TITLE),
    )
    after: tuple[SectionHeading | Paragraph, ...] = (
        SectionHeading(text="待研判"),
        Paragraph(text=_reviewed(reckoning.material.accounts)),
        SectionHeading(text="数据缺口"),
        Paragraph(text=_unseen(reckoning)),
    )
    used = sum(_lines(block.text, _LETTERS) for block in (*before, *after))
    yield from before
    yield from _table(silent, _PAGE - _LINE * used)
    yield from after


def _lines(text: str, letters: int) -> int:
    """Return about how many lines a text takes: two letters of ASCII are as wide as one of ours."""
    return -(-(sum(1 if sign.isascii() else 2 for sign in text) + 4) // (2 * letters))


def _cases(cases: Sequence[CaseInPeriod]) -> str:
    kinds = (
        ("新列入", [case for case in cases if case.is_opened]),
        ("办结", [case for case in cases if case.closed_on]),
        ("整改逾期", [case for case in cases if case.is_overdue]),
    )
    said = f"{'；'.join(_listed(said, some) for said, some in kinds)}。"
    return f"{said}全部见附表（Excel）“{_CASES_TITLE}”。" if any(len(some) > NAMED for _, some in kinds) else said


def _listed(said: str, cases: Sequence[CaseInPeriod]) -> str:
    named = "、".join(f"{plain(case.whom, _WHOM)}{case.title}" for case in cases[:NAMED])
    more = "等" if len(cases) > NAMED else ""
    return f"{said}{len(cases)}项（{named}{more}）" if cases else f"{said}0项"


def _told(case: CaseInPeriod) -> tuple[Value, ...]:
    about = (f"事项{case.number}", case.whom, case.title, case.opened_on, case.closed_on)
    return (*about, case.closing, "是" if case.is_overdue else "")


def _table(rows: Sequence[tuple[Value, ...]], room: int) -> Iterator[Block]:
    """Yield the gravest rows for which there is room, in points, and how many others there are."""
    if not rows:
        yield Paragraph(text="没有超期或临近超期的账号。")
        return
    clipped = [tuple(plain(cell, _CELL) if isinstance(cell, str) else cell for cell in row) for row in rows[:ROWS]]
    ends = accumulate(map(_height, clipped), initial=3 * _ROW + _LINE)
    shown = max(_FEWEST, sum(1 for end in ends if end <= room) - 1)
    yield Table.of(_SILENT, clipped[:shown])
    if len(rows) > shown:
        yield Paragraph(text=_REST.format(len(rows) - shown, _SILENT_TITLE))


def _height(row: tuple[Value, ...]) -> int:
    """Return about how many points a row of the table takes."""
    return _ROW * max(_lines(cell, _CELL_LETTERS) for cell in row if isinstance(cell, str))


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
        unit = Names(with_area=with_area).unit(account.area, account.unit)
        yield (unit, account.name, account.platform.label, account.last_post, problem.days, state)


_NOT_WAITING = frozenset({Settling.RECOVERED.label, Settling.ENDING.label})
"""How far a problem is for which nobody has to meet: it is over, or the end of its account is decided."""


def _reviewed(accounts: Sequence[AccountInPeriod]) -> str:
    waiting = [
        [one.title for one in account.problems if one.is_for_review and one.progress not in _NOT_WAITING]
        for account in accounts
    ]
    titles = Counter(title for some in waiting for title in dict.fromkeys(some))
    if not titles:
        return "没有待研判的问题。"
    kinds = _most(titles)
    return f"待联合研判的账号{sum(map(bool, waiting))}个：{kinds}，见联合研判表。"


def _most(counts: Mapping[str, int]) -> str:
    """Return kinds with their counts; where there are many, the most frequent ones."""
    told = Counter(counts).most_common(_KINDS)
    more = "等" if len(counts) > len(told) else ""
    return "、".join(f"{what}{count}个" for what, count in told) + more


def _unseen(reckoning: Reckoning) -> str:
    figures = reckoning.figures
    unseen = [account for account in reckoning.material.accounts if account.result is CheckResult.UNVERIFIED]
    reasons = _most({entry.reason.label: entry.accounts for entry in figures.blocked})
    blocked = figures.of(FigureName.BLOCKED).text
    looked = f"期内{blocked}账号曾采集未成功（{reasons}）。" if reasons else "期内没有采集受阻的账号。"
    if not unseen:
        return f"没有未能核查的账号。{looked}"
    named = "、".join(f"“{plain(account.name, _NAME)}”（{account.platform.label}）" for account in unseen[:NAMED])
    more = f"等{len(unseen)}个" if len(unseen) > NAMED else ""
    return f"期末未能核查{len(unseen)}个：{named}{more}，请人工核查后登记。{looked}"
