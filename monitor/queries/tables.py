"""Lists as documents: the roster, records, findings, cases, messages, what is kept about people, the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.core.labels import evidence_list, step_text
from monitor.documents import Document
from monitor.documents.document import Table
from monitor.ledger.roster import roster_document
from monitor.ledger.templates import records_document
from monitor.store import Tx, audit, cases, outbox, people, records, rereading, roster

_ALL_MESSAGES = 1_000_000


def roster_table(tx: Tx, *, with_people: bool = True) -> Document:
    """Return the roster as it is imported; without its people for whom they are no business of."""
    return roster_document(roster.accounts(tx), with_people=with_people)


def records_table(tx: Tx, *, unstated: bool) -> Document:
    """Return the records as they are imported, all of them or those whose result is not stated."""
    return records_document(rereading.unstated(tx) if unstated else records.records(tx))


def findings_table(tx: Tx, titles: Mapping[str, str], now: datetime) -> Document:
    """Return every finding as it stands now; `titles` are the rules' names by id."""
    called = _names(tx)
    columns = ("账号ID", "账号", "主办单位", "地区", "规则", "问题", "结果", "未更新天数", "说明", "依据", "证据")
    rows = [
        (
            finding.account,
            called.get(finding.account or ""),
            finding.unit,
            finding.area,
            finding.rule,
            titles.get(finding.rule, finding.rule),
            finding.label,
            finding.days,
            finding.because,
            finding.clause,
            evidence_list(finding.evidence),
        )
        for finding in cases.current_findings(tx, now=now)
    ]
    return Document(title="判定结果", table=Table.of(columns, rows))


def cases_table(tx: Tx, titles: Mapping[str, str]) -> Document:
    """Return every case, open or ended; `titles` are the rules' names by id."""
    called = _names(tx)
    columns = ("编号", "账号ID", "账号", "主办单位", "地区", "规则", "问题", "列入", "已采取的步骤", "办结", "办结原因")
    rows = [
        (
            case.id,
            case.account or "",
            called.get(case.account or ""),
            case.unit,
            case.area,
            case.rule,
            titles.get(case.rule, case.rule),
            case.opened_at,
            "、".join(step_text(step) for step in case.steps),
            case.closed_at,
            case.closing.label if case.closing else "",
        )
        for case in cases.cases(tx)
    ]
    return Document(title="事项", table=Table.of(columns, rows))


def messages_table(tx: Tx) -> Document:
    """Return every message and how it stands, without its words and its reader."""
    columns = ("编号", "生成时间", "对象", "渠道", "标题", "状态", "尝试次数")
    rows = [
        (
            kept.message.id,
            kept.created_at,
            kept.role.label,
            kept.message.channel or "尚未设置渠道",
            kept.message.subject,
            kept.state.label,
            kept.attempts,
        )
        for kept in outbox.messages(tx, limit=_ALL_MESSAGES)
    ]
    return Document(title="消息", table=Table.of(columns, rows))


def personal_data_table(tx: Tx, person: str | None) -> Document | None:
    """Return the data kept about everybody, or about the person with this name, phone, mail or DingTalk id.

    None where nothing is kept about that person.
    """
    traces = tuple(people.traces(tx, person))
    if person and not traces:
        return None
    has_areas = len({trace.area for trace in traces if trace.area}) > 1
    columns = (
        "姓名",
        "角色",
        "手机",
        "邮箱",
        "钉钉",
        "出处",
        "编号",
        "主办单位",
        *(("地区",) if has_areas else ()),
        "时间",
    )
    rows = [
        (
            trace.contact.name,
            trace.role.label,
            trace.contact.phone,
            trace.contact.mail,
            trace.contact.dingtalk,
            trace.place.label,
            trace.thing,
            trace.unit,
            *((trace.area,) if has_areas else ()),
            trace.at,
        )
        for trace in traces
    ]
    return Document(title="个人信息", table=Table.of(columns, rows))


def audit_table(tx: Tx) -> Document:
    """Return the audit log with the digests of its chain; the rows are read while the transaction is open."""
    columns = ("编号", "时间", "操作者", "系统用户", "地址", "操作", "对象", "说明", "之前", "之后", "校验值")
    rows = (
        (
            entry.number,
            entry.act.at,
            entry.act.actor,
            entry.act.login,
            entry.act.address,
            entry.act.action,
            entry.act.object,
            entry.act.detail,
            entry.act.before,
            entry.act.after,
            entry.digest,
        )
        for entry in audit.every_entry(tx)
    )
    return Document(title="操作记录", table=Table.of(columns, rows))


def _names(tx: Tx) -> Mapping[str | None, str]:
    """Return what people call each account of the roster: its name and its platform, by id."""
    return {account.id: f"{account.name}（{account.platform.label}）" for account in roster.accounts(tx)}
