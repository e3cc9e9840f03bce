"""Commands about cases: list, show, and what people decide about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import click

from monitor.actions.cases import CloseCommand, DecideCommand, Decided, close, decide, named
from monitor.actions.two_persons import (
    ConfirmDecisionCommand,
    DropDecisionCommand,
    confirm_decision,
    drop_decision,
)
from monitor.app.clock import now
from monitor.app.rules import decision_terms, rule_titles
from monitor.cli.actor import perform
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.core.calendar import beijing, beijing_date
from monitor.core.case import Case
from monitor.core.decision import Ruling
from monitor.core.labels import evidence_list, proposed, step_text
from monitor.core.phrases import dated, plain
from monitor.queries import lists
from monitor.queries.case import read_facts
from monitor.store import Tx

_ANOTHER = "由另一名操作员确认后生效。"


def list_cases(where: CommandContext, *, everything: bool) -> None:
    """Print the cases, those opened last first."""
    with where.store(reads=True) as store, store.read() as tx:
        found = lists.read_cases(tx, is_all=everything)
        lines = [_line(tx, case, rule_titles(), now()) for case in found]
    for line in lines:
        click.echo(line)
    if not found:
        click.echo("没有事项。" if everything else "没有办理中的事项；加 --all 查看已办结的。")


def show_case(where: CommandContext, *, number: int) -> None:
    """Print how a case stands and why, its steps, and what was decided about it."""
    with where.store(reads=True) as store, store.read() as tx:
        facts = read_facts(tx, number, now())
        if facts is None:
            raise Refusal(f"没有编号为{number}的事项，请核对编号。")
        found, finding, mute, ruled = facts.line.case, facts.line.finding, facts.mute, facts.decisions
        line = _line(tx, found, rule_titles(), now())
    click.echo(line)
    if finding:
        click.echo(f"当前情况：{finding.label}，{plain(finding.because, 300)}")
        click.echo(f"依据：{plain(finding.clause, 300)}")
        if finding.proposals:
            click.echo(proposed(finding))
        if finding.evidence:
            click.echo(f"证据：{evidence_list(finding.evidence)}")
    if mute:
        click.echo(f"提醒暂停至{mute.last}（{plain(mute.by)}登记：{plain(mute.why, 300)}）")
    for step in found.steps:
        click.echo(f"{beijing(step.at):%Y-%m-%d %H:%M}  {step_text(step)}  {plain(step.because, 300)}")
    for decision in ruled:
        verb = "核实为" if decision.ruling in {Ruling.CONFIRMED, Ruling.REJECTED} else "决定"
        until = f"至{decision.valid_until}" if decision.valid_until else ""
        into = f"归集到{decision.into}" if decision.into else ""
        said = "，".join(plain(part, 300) for part in (decision.document, into, decision.note) if part)
        line = f"{plain(decision.by)}{verb}{decision.ruling.label}{until}{f'（{said}）' if said else ''}"
        click.echo(f"{beijing(decision.at):%Y-%m-%d %H:%M}  {line}")
        if decision.basis_changed_at and decision.basis_changed:
            changed = plain(decision.basis_changed, 300)
            click.echo(f"{beijing(decision.basis_changed_at):%Y-%m-%d %H:%M}  决定依据有变化：{changed}")


def confirm(where: CommandContext, *, number: int, by: str | None, note: str) -> None:
    """Record that a suspicion is right."""
    _decide(where, number, Ruling.CONFIRMED, by=by, note=note)
    click.echo(f"事项{number}已确认。")


def reject(where: CommandContext, *, number: int, by: str | None, note: str) -> None:
    """Record that a suspicion is wrong."""
    _decide(where, number, Ruling.REJECTED, by=by, note=note)
    click.echo(f"事项{number}已判为误报。")


def exempt(
    where: CommandContext, *, number: int, until: date | None, document: str | None, by: str | None, note: str
) -> None:
    """Record an exemption of an account, a unit or an area."""
    made = _decide(where, number, Ruling.EXEMPTED, by=by, note=note, document=document, until=until)
    if made.waits:
        click.echo(f"已提出豁免：{made.named}，至{made.until}（含当日）。{_ANOTHER}")
        return
    ended = f"提前结束请用 xuncha case revoke {number}"
    click.echo(f"已登记豁免：{made.named}，至{made.until}（含当日）。{ended}。")


def retain(where: CommandContext, *, number: int, document: str | None, by: str | None, note: str) -> None:
    """Record that the account stays; what else is asked of it goes on."""
    _dispose(where, number, Ruling.RETAINED, document=document, by=by, note=note, after="更新等其他要求照常。")


def consolidate(
    where: CommandContext, *, number: int, into: str, document: str | None, by: str | None, note: str
) -> None:
    """Record that the account is to be merged into another."""
    _dispose(where, number, Ruling.CONSOLIDATED, document=document, by=by, note=note, into=into)


def deregister(where: CommandContext, *, number: int, document: str | None, by: str | None, note: str) -> None:
    """Record that the account is to be closed."""
    _dispose(where, number, Ruling.DEREGISTERED, document=document, by=by, note=note)


def _dispose(
    where: CommandContext,
    number: int,
    ruling: Ruling,
    *,
    document: str | None,
    by: str | None,
    note: str,
    after: str = "",
    into: str = "",
) -> None:
    made = _decide(where, number, ruling, by=by, note=note, document=document, into=into)
    verb = "提出" if made.waits else "登记"
    click.echo(f"已{verb}{ruling.label}：{made.named}。{_ANOTHER if made.waits else after}")


def revoke(where: CommandContext, *, number: int, document: str | None, by: str | None, note: str) -> None:
    """Record that what was decided before no longer holds."""
    made = _decide(where, number, Ruling.REVOKED, by=by, note=note, document=document)
    before = made.before
    made_by = f"，原为{before.by}于{beijing(before.at):%Y-%m-%d}登记的{before.ruling.label}" if before else ""
    click.echo(f"已撤销：{made.named}{made_by}；自今日起恢复判定。")


def approve(where: CommandContext, *, number: int) -> None:
    """Confirm what another operator has decided."""
    command = ConfirmDecisionCommand(case=number, titles=rule_titles(), terms=decision_terms(where.settings()))
    made = perform(where, confirm_decision, command)
    click.echo(f"已确认：{made.named}的决定自此生效。")


def decline(where: CommandContext, *, number: int, note: str) -> None:
    """Send back what another operator has decided, or withdraw one's own."""
    said = perform(where, drop_decision, DropDecisionCommand(case=number, why=note))
    click.echo(f"{said.label}事项{number}待确认的决定，没有生效。")


def close_case(where: CommandContext, *, number: int, by: str | None, note: str) -> None:
    """Close a case whose trouble is gone."""
    perform(where, close, CloseCommand(case=number, by=by, note=note))
    click.echo(f"事项{number}已办结。")


def _decide(
    where: CommandContext,
    number: int,
    ruling: Ruling,
    *,
    by: str | None,
    note: str,
    document: str | None = None,
    until: date | None = None,
    into: str = "",
) -> Decided:
    """Record what was decided; the service judges anew whom it is about."""
    command = DecideCommand(
        case=number,
        ruling=ruling,
        titles=rule_titles(),
        terms=decision_terms(where.settings()),
        by=by,
        note=note,
        document=document,
        until=until,
        into=into,
    )
    return perform(where, decide, command)


def _line(tx: Tx, entry: Case, titles: Mapping[str, str], at: datetime) -> str:
    """Return a case as one line: number, day, whom and what it is about, its last step and how it stands."""
    begun = f"{dated(beijing_date(entry.opened_at), beijing_date(at))}列入"
    step = step_text(entry.steps[-1]) if entry.steps else ""
    end = f"已办结（{entry.closing.label}）" if entry.closing else "办理中"
    return "  ".join(part for part in (str(entry.id), begun, named(tx, entry, titles), step, end) if part)
