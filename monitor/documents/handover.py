"""账号交接单: what somebody needs to know who takes an account over from a liaison who leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.account import BY_HAND, Account, Role, way_of_looking
from monitor.core.calendar import beijing_date
from monitor.core.case import Case, Step
from monitor.core.decision import Decision
from monitor.core.deregistration import Progress
from monitor.core.finding import Finding
from monitor.core.news import Office
from monitor.core.phrases import dated, plain
from monitor.documents.document import Block, Column, Document, DocumentLayout, Paragraph, SectionHeading, Table, Value

_LONGEST = 300
"""Letters of a name in the line below the title."""
_NOT_YET = "尚未采集或登记到发布内容"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What is known of an account that changes hands."""

    account: Account
    findings: Sequence[Finding]
    """Those that ask something of somebody, the gravest first."""
    cases: Sequence[Case]
    """Those that are open."""
    decisions: Sequence[Decision]
    """Those in force."""
    last: date | None
    """The day of the newest post that is known."""
    deadline: date | None
    """The last day on which it must be updated; None where none is asked."""
    collectors: Sequence[str]
    """How it is looked at, by the names of the collectors."""
    progress: Progress | None = None
    """How far its deregistration is."""
    titles: Mapping[str, str]
    """What rules are called."""


def handover(about: Handover, office: Office, now: datetime) -> Document:
    """Return the document, which names the people of the account."""
    account = about.account
    return Document(
        title="政务新媒体账号交接单",
        layout=DocumentLayout.HANDOVER,
        head=(_line_of(account),),
        table=Table(columns=(Column(name="项目", width=20), Column(name="内容", width=60)), rows=tuple(_facts(about))),
        body=tuple(_body(about, office.texts.handover, beijing_date(now))),
        signer=office.sender,
        dated=beijing_date(now),
    )


def _line_of(account: Account) -> str:
    name, unit = plain(account.name, _LONGEST), plain(account.unit, _LONGEST)
    return f"账号：{name}（{account.platform.label}）　主办单位：{unit}"


def _facts(about: Handover) -> Iterator[tuple[str, Value]]:
    account = about.account
    yield "账号ID", account.id
    yield "平台账号", account.platform_id
    yield "主页或链接", account.homepage
    yield "账号类型", account.function.label
    yield "状态", account.status.label
    yield "开设日期", account.opened_on
    yield "认证主体", account.verified_entity
    yield "认证年审到期", account.verified_until
    yield "授权到期", account.grant_until
    yield "运营方式", account.outsourcing.mode.label
    if account.outsourcing.operator_org:
        yield "受委托方", account.outsourcing.operator_org
    yield "采集方式", "、".join(way_of_looking(name) for name in about.collectors) or BY_HAND
    for role in (Role.LIAISON, Role.LEADER):
        yield f"现{role.label}", "；".join(_person(account, role)) or "未登记"
    yield "最近一次更新", about.last or _NOT_YET
    yield "更新期限", about.deadline or "不要求更新，或无法计算"


def _person(account: Account, role: Role) -> Iterator[str]:
    for contact in account.people(role):
        yield " ".join(part for part in (contact.name, contact.phone, contact.mail) if part)


def _body(about: Handover, checklist: Sequence[str], today: date) -> Iterator[Block]:
    yield SectionHeading(text="未办结的事项")
    yield Table.of(("事项", "问题", "列入日期", "情况"), tuple(_cases(about, today)))
    yield SectionHeading(text="有效的决定")
    yield Table.of(("问题", "决定", "依据文号", "有效期至"), tuple(_decisions(about)))
    if about.progress is not None:
        yield SectionHeading(text="注销办理")
        following = about.progress.next.label if about.progress.next else "已归档"
        due = f"，期限{about.progress.due}" if about.progress.due else ""
        yield Paragraph(text=f"{about.progress.ruling.label}办理中，下一步：{following}{due}。注销办结前仍须按期更新。")
    yield SectionHeading(text="交接清单")
    yield Table.of(("序号", "内容", "已交接", "说明"), tuple((n, item, "", "") for n, item in enumerate(checklist, 1)))


def _cases(about: Handover, today: date) -> Iterator[tuple[Value, ...]]:
    """Yield the open cases; of one of which nothing is held against anybody now, what was said then, with its day."""
    because = {finding.rule: finding.because for finding in about.findings}
    for case in about.cases:
        said = because.get(case.rule) or (_at_last(case.steps[-1], today) if case.steps else "")
        yield case.id, about.titles.get(case.rule, case.rule), beijing_date(case.opened_at), said


def _at_last(step: Step, today: date) -> str:
    return f"{dated(beijing_date(step.at), today)}登记：{step.because}"


def _decisions(about: Handover) -> Iterator[tuple[Value, ...]]:
    for decision in about.decisions:
        title = about.titles.get(decision.rule, decision.rule)
        yield title, decision.ruling.label, decision.document, decision.valid_until or "长期"
