"""通报送审稿: the bulletin of a month or a quarter, in the order that bulletins have; and its public version.

A draft: who signs decides whether, when and under which number it goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.core.calendar import beijing_date
from monitor.core.figures import AccountInPeriod, FigureName, Figures, FoundProblem, MonthFigures
from monitor.core.news import FixedTexts, Office
from monitor.core.phrases import day as day_text
from monitor.core.reckoning import Reckoning
from monitor.documents.document import (
    Attachment,
    Block,
    Document,
    DocumentLayout,
    Illustration,
    Paragraph,
    SectionHeading,
)
from monitor.documents.figure_tables import dictionary, figures_table, platforms_table, units_table
from monitor.documents.problems import has_areas, problems, recheck, rechecks_text, told
from monitor.pictures import trend

NAMED = 20
"""Accounts that a paragraph on one kind of problem names; the others are counted, and stand in the list."""


def bulletin(reckoning: Reckoning, office: Office, *, is_public: bool = False) -> Document:
    """Return the bulletin of a period, signed by its office. The public one names accounts and units only."""
    figures = reckoning.figures
    attachments = [_attached(problems(reckoning, is_public=is_public))]
    if reckoning.rechecks:
        attachments.append(_attached(recheck(reckoning)))
    attachments.append(Attachment(title="各平台检查情况", table=platforms_table(figures), landscape=False))
    attachments.append(Attachment(title="各单位检查情况", table=units_table(figures), landscape=False))
    return Document(
        title=f"{office.name}关于{figures.period.label}政务新媒体检查情况的通报",
        layout=DocumentLayout.BULLETIN,
        head=summary(reckoning),
        table=figures_table(figures),
        guidance=dictionary(),
        addressee=office.texts.addressee,
        body=tuple(_body(reckoning, office.texts)),
        attachments=attachments,
        signer=office.name,
        is_draft=not is_public,
    )


def _attached(document: Document) -> Attachment:
    return Attachment(title=document.title, table=document.table, head=document.head)


def summary(reckoning: Reckoning) -> tuple[str, ...]:
    """Return the sentences of 总体情况, the same in every document."""
    figures = reckoning.figures
    if reckoning.is_empty:
        return (f"{figures.period.label}没有可统计的账号：台账为空，请先导入台账。",)
    return tuple(sentence for sentence in (_inventory(figures), _inspected(figures), _happened(figures)) if sentence)


def _inventory(figures: Figures) -> str:
    of = figures.of
    day = beijing_date(figures.at)
    platforms = "、".join(f"{group.name}{group.accounts}个" for group in figures.platforms)
    added, closed = of(FigureName.ADDED), of(FigureName.CLOSED)
    return (
        f"截至{day.year}年{day_text(day)}，纳入监管的政务新媒体账号{of(FigureName.ACCOUNTS).text}，"
        f"涉及主办单位{len(figures.units)}个；其中{platforms}。较上期新增{added.text}，减少{closed.text}。"
    )


def _inspected(figures: Figures) -> str:
    of = figures.of
    rate = of(FigureName.PASS_RATE)
    said = f"合格率{rate.text}{_compared(rate.change_text)}" if rate.value is not None else "无法计算合格率"
    return (
        f"{figures.period.label}检查账号{of(FigureName.CHECKED).text}，不合格{of(FigureName.UNQUALIFIED).text}，{said}。"
        f"豁免{of(FigureName.EXEMPTED).text}、未能核查{of(FigureName.NOT_VERIFIABLE).text}、"
        f"不检查{of(FigureName.NOT_CHECKED).text}，均不计入检查数。"
    )


def _compared(change: str) -> str:
    return "" if change == "—" else f"，较上期{change}"


def _happened(figures: Figures) -> str:
    of = figures.of
    gaps = f"期内账号超过2周未更新{of(FigureName.EPISODES).text}，最长连续未更新{of(FigureName.LONGEST_GAP).text}；"
    return (
        f"{gaps if of(FigureName.EPISODES).value is not None else '期内采集不足，未更新的次数和天数无法确定；'}"
        f"列入事项{of(FigureName.CASES_OPENED).text}，办结{of(FigureName.CASES_SETTLED).text}，"
        f"期末在办{of(FigureName.CASES_OPEN).text}，其中整改逾期{of(FigureName.CASES_OVERDUE).text}；"
        f"移动客户端异常{of(FigureName.APP_FAULTS).text}。"
    )


def _body(reckoning: Reckoning, texts: FixedTexts) -> Iterator[Block]:
    day = beijing_date(reckoning.figures.at)
    basis = f"{texts.basis}，" if texts.basis else ""
    yield Paragraph(text=f"{basis}监测时间截至{day.year}年{day_text(day)}。现将有关情况通报如下：")
    yield SectionHeading(text="总体情况")
    yield from (Paragraph(text=sentence) for sentence in summary(reckoning))
    if not reckoning.is_empty:
        yield illustration(reckoning.figures.months)
    yield Paragraph(text=f"上期问题复查情况：{rechecks_text(reckoning)}。")
    yield SectionHeading(text="主要问题")
    yield from _kinds(reckoning)
    if texts.demands:
        yield SectionHeading(text="工作要求")
        yield from (Paragraph(text=demand) for demand in texts.demands)


def illustration(months: Sequence[MonthFigures]) -> Illustration:
    """Return the pass rate of the last months as a picture."""
    return Illustration(picture=trend.draw(months), dots=trend.dots(months), caption=f"{trend.TITLE}（{trend.LEGEND}）")


def _kinds(reckoning: Reckoning) -> Iterator[Block]:
    """Yield a heading and a paragraph for each kind of problem, the gravest kind first."""
    kinds: dict[str, list[tuple[AccountInPeriod, FoundProblem]]] = {}
    for account, problem in told(reckoning):
        kinds.setdefault(problem.title, []).append((account, problem))
    if not kinds:
        is_checked = reckoning.figures.count(FigureName.CHECKED) > 0
        yield Paragraph(text="检查未发现存在问题的账号。" if is_checked else "没有能够作出判定的账号。")
    for title, found in kinds.items():
        yield SectionHeading(text=f"{title}（{len(found)}个）", level=2)
        yield Paragraph(text=_named(found, with_area=has_areas(reckoning)))


def _named(found: Sequence[tuple[AccountInPeriod, FoundProblem]], *, with_area: bool) -> str:
    named = "；".join(_one(account, problem, with_area=with_area) for account, problem in found[:NAMED])
    more = f"；其余{len(found) - NAMED}个见问题清单" if len(found) > NAMED else ""
    return f"{named}{more}。"


def _one(account: AccountInPeriod, problem: FoundProblem, *, with_area: bool) -> str:
    return f"{account.unit_called(with_area=with_area)}{account.called}{_updating(account, problem)}"


def _updating(account: AccountInPeriod, problem: FoundProblem) -> str:
    """Return how the account's updating stands: a gap that has closed says nothing of what came after it."""
    if not problem.is_over:
        return f"，已{problem.days}天未更新" if problem.days is not None else ""
    if account.open_days is not None:
        return f"，其后曾恢复更新，现又已{account.open_days}天未更新"
    return "，现已恢复更新" if account.is_in_time else "，其后曾恢复更新"
