"""研判表: the accounts about which the joint review (联合研判) has to decide, with everything it needs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.core.account import Account, AccountStatus
from monitor.core.calendar import beijing_date
from monitor.core.case import CHIEF
from monitor.core.decision import Decision, parties
from monitor.core.figures import FOR_REVIEW
from monitor.core.finding import Finding
from monitor.core.judgement import headline
from monitor.core.labels import evidence_list
from monitor.core.pass_rate import PassRate, pass_rate
from monitor.core.period import Period
from monitor.core.phrases import Names
from monitor.core.record import Record
from monitor.documents.document import Column, Document, Table, Value
from monitor.documents.dossier import Dossier, has_areas, in_order
from monitor.documents.spared import spared

_WIDTHS = {
    "序号": 5,
    "账号": 22,
    "触发规则": 26,
    "事实": 34,
    "指数近8周": 12,
    "粉丝": 8,
    "单位意见": 14,
    "建议": 9,
    "研判结论": 12,
    "签字": 10,
}
COLUMNS = tuple(_WIDTHS)
OFFICES = ("县政府办公室", "宣传部（网信办）", "融媒体中心", "大数据发展中心")
"""Who signs the sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEntry:
    """One account, or unit, about which the review decides; each text a line of its own."""

    account: Account | None
    unit: str
    """As it is called where several areas have units of one name."""
    rules: Sequence[str]
    facts: Sequence[str]
    index: Sequence[str] = ()
    """The index of the last weeks, oldest first."""
    proposal: str = ""
    conclusions: Sequence[str] = ()
    """What was decided, with its document and day."""

    @property
    def called(self) -> str:
        """What people call it, its unit, and the id that a file of decisions names it by."""
        one = self.account
        return f"{one.name}（{one.platform.label}）\n{self.unit}\n{one.id}" if one else self.unit


def entry_of(
    said: Mapping[str, Finding | None],
    facts: Iterable[str],
    *,
    account: Account | None,
    unit: str,
    index: Sequence[str],
    title: Callable[[str], str],
    decided: Iterable[Decision] = (),
) -> ReviewEntry:
    """Return the entry of what rules say, by their ids; `title` returns what a rule is called.

    `decided` is what the review has decided about it already.
    """
    found = [finding for finding in said.values() if finding]
    cited = evidence_list(dict.fromkeys(mark for finding in found for mark in finding.evidence))
    first = headline(found)
    return ReviewEntry(
        account=account,
        unit=unit,
        rules=[f"{title(rule)}：{one.label}。{one.clause}" if one else title(rule) for rule, one in said.items()],
        facts=[*filter(None, facts), *([f"证据：{cited}"] if cited else [])],
        index=index,
        proposal="、".join(proposal.label for proposal in first.proposals) if first else "",
        conclusions=[_concluded(made, title, is_only=len(said) == 1) for made in decided],
    )


def _concluded(made: Decision, title: Callable[[str], str], *, is_only: bool) -> str:
    """Return a decision of the review: the result, by which document and whom, when, and why."""
    what = "" if is_only else f"“{title(made.rule)}”"
    until = f"至{made.valid_until}" if made.valid_until else ""
    why = f"：{made.note}" if made.note else ""
    return f"{what}{made.ruling.label}{until}（{parties(made)}，{beijing_date(made.at)}）{why}"


def review_sheet(entries: Sequence[ReviewEntry], head: Sequence[str]) -> Document:
    """Return 联合研判表: the facts of each entry, room for what is said and decided, and boxes for the signatures."""
    rows = tuple(_sheet_row(number, entry) for number, entry in enumerate(entries, start=1))
    columns = tuple(Column(name=name, width=width) for name, width in _WIDTHS.items())
    table = Table(columns=columns, rows=rows)
    return Document(title="联合研判表", head=head, table=table, landscape=True, signatures=OFFICES)


def _sheet_row(number: int, entry: ReviewEntry) -> tuple[Value, ...]:
    return (
        number,
        entry.called,
        "\n".join(entry.rules),
        "\n".join(entry.facts),
        " ".join(entry.index),
        entry.account.followers if entry.account else None,
        None,
        entry.proposal or None,
        "\n".join(entry.conclusions) or None,
        None,
    )


def review(
    dossiers: Sequence[Dossier],
    records: Sequence[Record],
    period: Period,
    beyond: Sequence[Finding] = (),
    *,
    titles: Mapping[str, str],
) -> Document:
    """Return the accounts with findings that propose 清理整合, 注销, 取消 or 研判, but those in 注销中.

    `beyond` are the findings on units and areas: what of them is exempted is counted, with the accounts that are.
    `titles` say what a rule is called.
    """
    put = [dossier for dossier in in_order(dossiers, records) if _put(dossier)]
    several = has_areas(dossier.account for dossier in dossiers)
    staying = [dossier for dossier in put if dossier.account.status is not AccountStatus.DEREGISTERING]
    entries = tuple(_entry(dossier, titles, with_area=several) for dossier in staying)
    under_way = len(put) - len(entries)
    rate = pass_rate((finding for dossier in dossiers for finding in dossier.findings), CHIEF)
    rest = f"另有{under_way}个已在注销中，见注销进度表。" if under_way else ""
    head = (f"{period.label}：提请研判{len(entries)}个账号。{rest}", _rate(rate, titles), *spared(dossiers, beyond))
    return review_sheet(entries, head)


def _rate(rate: PassRate, titles: Mapping[str, str]) -> str:
    percent = rate.percent()
    share = f"合格率{percent}" if percent else "无法计算合格率"
    apart = f"未能核查{rate.unchecked}个，豁免{rate.exempted}个，均不计入。"
    checked = "、".join(f"“{titles[rule]}”" for rule in CHIEF)
    return f"按{checked}检查{rate.checked}个，不合格{rate.failed}个，{share}；{apart}"


def _entry(dossier: Dossier, titles: Mapping[str, str], *, with_area: bool) -> ReviewEntry:
    account, found = dossier.account, _put(dossier)
    return entry_of(
        {finding.rule: finding for finding in found},
        (
            *(finding.because for finding in found),
            _counted(dossier),
            *(f"已有决定：{_said(decision, titles)}" for decision in dossier.decisions),
        ),
        account=account,
        unit=Names(with_area=with_area).of(account),
        index=dossier.index,
        title=titles.__getitem__,
    )


def _put(dossier: Dossier) -> list[Finding]:
    """Return what is put to the review of an account."""
    return [
        finding
        for finding in dossier.findings
        if finding.state.is_trouble and not FOR_REVIEW.isdisjoint(finding.proposals)
    ]


def _counted(dossier: Dossier) -> str:
    """Return the gaps of the period in words; empty where nothing can be said, which is not zero."""
    gaps = dossier.gaps
    degree = f"（{dossier.staleness.label}）" if dossier.staleness else ""
    if gaps is None:
        return f"未更新分类：{dossier.staleness.label}。" if dossier.staleness else ""
    return f"本期超期{gaps.count}次，共{gaps.days_over}天，最长{gaps.longest}天未更新{degree}。"


def _said(decision: Decision, titles: Mapping[str, str]) -> str:
    by = parties(decision)
    basis_changed = f"；决定依据有变化：{decision.basis_changed}" if decision.basis_changed else ""
    what = titles.get(decision.rule, decision.rule)
    return f"{beijing_date(decision.at).isoformat()} “{what}” {decision.ruling.label}（{by}）{basis_changed}"
