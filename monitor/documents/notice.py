"""整改通知单: what one unit is asked to put right in one case, as a draft that the office completes and signs.

Only what is held against the unit now, for certain, is put to it: no suspicion, nothing that waits for a joint review,
nothing that was not judged today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.account import Account
from monitor.core.calendar import beijing_date, days_between
from monitor.core.case import CHIEF, Case
from monitor.core.figures import FOR_REVIEW
from monitor.core.finding import Finding, Proposal, State
from monitor.core.labels import evidence_list
from monitor.core.news import Office
from monitor.core.phrases import dated, day, plain
from monitor.documents.document import Block, Document, DocumentLayout, Paragraph, SectionHeading, Table
from monitor.documents.facts import NOTICE

_ASKED = frozenset({Proposal.RECTIFY, Proposal.FILE})
"""What only the unit can do."""
_LONGEST = 300
"""Letters of a unit's name in the line that addresses it."""
_OPEN = "　　年　　月　　日"
"""A day that the office fills in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A case, and what is known of it."""

    case: Case
    account: Account | None
    """The account that it is about, if it is about one."""
    finding: Finding | None
    """What its rule says now."""
    title: str
    """What the rule is called."""
    due: date | None = None
    """The last day of the term that runs for the unit, where the finding names none."""


def why_no_notice(matter: Matter, now: datetime) -> str | None:
    """Return why a unit cannot be asked to put this right, as a sentence; None if it can."""
    case, finding = matter.case, matter.finding
    named = f"事项{case.id}"
    if case.closed_at is not None:
        return f"{named}已于{dated(beijing_date(case.closed_at), beijing_date(now))}办结，不能再出具整改通知单。"
    if case.unit is None:
        return f"{named}不是某一个单位的，不能出具整改通知单。"
    if finding is None or finding.state is State.UNKNOWN:
        return f"{named}目前未能核查，不能据此要求整改，请先人工核查。"
    if finding.state is not State.VIOLATED:
        return f"{named}目前为“{finding.label}”，只有“{State.VIOLATED.label}”的才能出具整改通知单。"
    if not _can_be_put_right(finding):
        said = "、".join(proposal.label for proposal in finding.proposals)
        return f"{named}的系统建议是{said}，须经联合研判，研判前不能要求单位整改。"
    if _is_stale(finding, now):
        return f"{named}的判定不是今天的，请在服务运行、重新判定后再出具整改通知单。"
    return None


def _can_be_put_right(finding: Finding) -> bool:
    """True unless it waits for the office's own joint review: whether an account stays is nothing the unit mends."""
    asks = FOR_REVIEW.isdisjoint(finding.proposals) or not _ASKED.isdisjoint(finding.proposals)
    return asks or finding.rule in CHIEF


def _is_stale(finding: Finding, now: datetime) -> bool:
    """True if the days that the finding counts are not those of today."""
    counted = finding.days if finding.is_of_an_open_gap else None
    return counted is not None and finding.last_post is not None and days_between(finding.last_post, now) != counted


def notice(matter: Matter, office: Office, now: datetime) -> Document:
    """Return the notice of a matter for which `why_no_notice` gives no reason."""
    facts = _facts(matter, now)
    return Document(
        title="政务新媒体整改通知单",
        layout=DocumentLayout.NOTICE,
        table=Table.of(("项目", "内容"), tuple(facts.items())),
        addressee=plain(facts["主办单位"], _LONGEST),
        body=tuple(_body(matter, office, facts, beijing_date(now))),
        signer=office.sender,
        dated=beijing_date(now),
        is_draft=True,
        facts=facts,
    )


def _facts(matter: Matter, now: datetime) -> dict[str, str]:
    finding, account, today = matter.finding, matter.account, beijing_date(now)
    due = (finding.due if finding else None) or matter.due
    values = (
        matter.case.unit or "",
        account.name if account else "",
        account.platform.label if account else "",
        matter.title,
        finding.because if finding else "",
        finding.clause if finding else "",
        f"{due.year}年{day(due)}" if due and due >= today else _OPEN,
        str(matter.case.id),
    )
    return dict(zip(NOTICE, values, strict=True))


def _body(matter: Matter, office: Office, facts: dict[str, str], today: date) -> Iterator[Block]:
    opened = dated(beijing_date(matter.case.opened_at), today)
    about = f"主办的“{plain(facts['账号名称'])}”（{facts['平台']}）" if matter.account else ""
    yield Paragraph(text=f"经监测，贵单位{about}存在以下问题，已于{opened}列入事项{matter.case.id}：")
    yield SectionHeading(text="问题")
    yield Paragraph(text=f"{facts['问题']}。{facts['情况']}")
    yield SectionHeading(text="依据")
    yield Paragraph(text=facts["依据"])
    yield SectionHeading(text="整改要求")
    yield Paragraph(text=_asked(office, facts["整改时限"]))
    if matter.finding and matter.finding.evidence:
        yield Paragraph(text=f"证据：{evidence_list(matter.finding.evidence)}，可向{office.sender}查阅。")
    if office.phone:
        yield Paragraph(text=f"联系电话：{office.phone}")


def _asked(office: Office, due: str) -> str:
    """Return what the office asks for, in its own words."""
    return office.texts.notice.replace(office.texts.DUE, due).replace(office.texts.SENDER, office.sender)
