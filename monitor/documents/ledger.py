"""台账全表: every account of the roster with its people, how it stands and what was decided about it, to send upward.

It names people and their numbers: it is the office's own, and no part of any bulletin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitor.core.account import Account, Role
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER
from monitor.core.decision import Decision, parties
from monitor.core.finding import Finding, State
from monitor.core.judgement import headline
from monitor.core.period import Period
from monitor.core.record import Record
from monitor.documents.document import Document, Table, Value
from monitor.documents.dossier import AREA, Dossier, has_areas, in_order

COLUMNS = (
    "序号",
    "主办单位",
    "账号ID",
    "账号名称",
    "平台",
    "认证主体",
    "备案号",
    "开设日期",
    "账号类型",
    "粉丝数",
    "联络员",
    "联络员电话",
    "责任领导",
    "责任领导电话",
    "运营方式",
    "状态",
    "最近更新日期",
    "未更新天数",
    "未更新分类",
    "存在的问题",
    "依据",
    "处置建议",
    "处置结果",
    "豁免",
    "备注",
)


def ledger(
    dossiers: Sequence[Dossier], records: Sequence[Record], period: Period, filed: Mapping[str, str]
) -> Document:
    """Return the whole ledger as it stood; `filed` are the filing numbers by account, as the latest lists have them."""
    several = has_areas(dossier.account for dossier in dossiers)
    shown = in_order(dossiers, records)
    rows = tuple(
        (number, *((one.account.area,) if several else ()), *_row(one, filed))
        for number, one in enumerate(shown, start=1)
    )
    columns = (COLUMNS[0], AREA, *COLUMNS[1:]) if several else COLUMNS
    head = (f"{period.label}：{len(rows)}个账号。含联系方式，不得对外提供。",)
    return Document(title="台账全表", head=head, table=Table.of(columns, rows), landscape=True)


def _row(dossier: Dossier, filed: Mapping[str, str]) -> Iterator[Value]:
    account, findings = dossier.account, dossier.findings
    yield from (account.unit, account.id, account.name, account.platform.label, account.verified_entity)
    yield from (filed.get(account.id), account.opened_on, account.function.label, account.followers)
    yield from (*_person(account, Role.LIAISON), *_person(account, Role.LEADER))
    yield from (account.outsourcing.mode.label, account.status.label)
    yield from _silence(findings)
    yield dossier.staleness.label if dossier.staleness else None
    troubles = [finding for finding in findings if finding.state.is_trouble]
    yield "\n".join(f"{finding.label}：{finding.because}" for finding in troubles)
    yield "\n".join(dict.fromkeys(finding.clause for finding in troubles))
    first = headline(findings)
    yield "、".join(proposal.label for proposal in first.proposals) if first else None
    yield "\n".join(map(_decided, dossier.decisions))
    yield "是" if any(finding.state is State.EXEMPTED for finding in findings) else None
    yield account.note


def _person(account: Account, role: Role) -> tuple[Value, Value]:
    people = account.people(role)
    return "、".join(one.name for one in people), "、".join(one.phone for one in people if one.phone)


def _silence(findings: Sequence[Finding]) -> tuple[Value, Value]:
    """Return the day of the last update and the days since; empty where nothing can be said."""
    ladder = next((finding for finding in findings if finding.rule == LADDER), None)
    if ladder is None or ladder.state in {State.NOT_APPLICABLE, State.UNKNOWN}:
        return None, None
    return beijing_date(ladder.last_post) if ladder.last_post else None, ladder.days_held


def _decided(decision: Decision) -> str:
    return f"{beijing_date(decision.at).isoformat()} {decision.ruling.label}（{parties(decision)}）"
