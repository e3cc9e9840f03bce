"""Commands about cases: list, show, and what people decide about them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import perform
from monitor.cli.chinese import Command, Group
from monitor.cli.place import DAY, CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.core.calendar import beijing, beijing_date
from monitor.core.decision import Ruling
from monitor.core.labels import evidence_list, proposed, step_text
from monitor.core.phrases import dated, plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.actions.cases import Decided
    from monitor.core.case import Case
    from monitor.store import Tx

number_argument = click.argument("number", type=int, metavar="编号")
by_option = click.option("--by", metavar="姓名", help="谁核实或决定的，默认为登录本机的用户名。")
note_option = click.option("--note", metavar="说明", default="", help="怎样核实的，为什么这样决定。")
document_option = click.option("--document", metavar="文号", help="依据文号。")


@click.group(cls=Group)
def case() -> None:
    """事项：查看、核实、登记处置决定、办结。"""


@case.command("list", cls=Command)
@click.option("--all", "everything", is_flag=True, help="也列出已办结的事项。")
@place
def case_list(where: CommandContext, *, everything: bool) -> None:
    """列出事项，最近列入的在前。"""
    from monitor.app.clock import now
    from monitor.app.rules import rule_titles
    from monitor.queries import lists

    with where.store(reads=True) as store, store.read() as tx:
        found = lists.read_cases(tx, is_all=everything)
        lines = [_line(tx, case, rule_titles(), now()) for case in found]
    for line in lines:
        click.echo(line)
    if not found:
        click.echo("没有事项。" if everything else "没有办理中的事项；加 --all 查看已办结的。")


@case.command("show", cls=Command)
@number_argument
@place
def case_show(where: CommandContext, *, number: int) -> None:
    """显示一个事项的当前情况、依据、每一步和登记的决定。"""
    from monitor.app.clock import now
    from monitor.app.rules import rule_titles
    from monitor.queries.case import read_facts

    with where.store(reads=True) as store, store.read() as tx:
        facts = read_facts(tx, number, beijing_date(now()))
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
        said = "，".join(plain(part, 300) for part in (decision.document, decision.note) if part)
        line = f"{plain(decision.by)}{verb}{decision.ruling.label}{until}{f'（{said}）' if said else ''}"
        click.echo(f"{beijing(decision.at):%Y-%m-%d %H:%M}  {line}")
        if decision.basis_changed_at and decision.basis_changed:
            changed = plain(decision.basis_changed, 300)
            click.echo(f"{beijing(decision.basis_changed_at):%Y-%m-%d %H:%M}  决定依据有变化：{changed}")


@case.command("confirm", cls=Command)
@number_argument
@by_option
@note_option
@place
def case_confirm(where: CommandContext, *, number: int, by: str | None, note: str) -> None:
    """确认疑似、待研判的问题属实（移动客户端请先在手机上核实）。"""
    _decide(where, number, Ruling.CONFIRMED, by=by, note=note)
    click.echo(f"事项{number}已确认。")


@case.command("reject", cls=Command)
@number_argument
@by_option
@note_option
@place
def case_reject(where: CommandContext, *, number: int, by: str | None, note: str) -> None:
    """把疑似、待研判的问题判为误报；这一次不再提醒。"""
    _decide(where, number, Ruling.REJECTED, by=by, note=note)
    click.echo(f"事项{number}已判为误报。")


@case.command("exempt", cls=Command)
@number_argument
@click.option("--until", type=DAY, metavar="日期", help="有效期至哪一天（含），默认一年。")
@click.option("--document", metavar="文号", help="依据文号；“原则上”的要求必填。")
@click.option("--by", metavar="姓名", help="谁决定的，必填。")
@click.option("--note", metavar="理由", default="", help="为什么豁免，必填。")
@place
def case_exempt(
    where: CommandContext, *, number: int, until: date | None, document: str | None, by: str | None, note: str
) -> None:
    """登记账号、单位或地区的豁免：到期以前不再提醒，不列入建议名单；“一律”“不得”的不能豁免。"""
    made = _decide(where, number, Ruling.EXEMPTED, by=by, note=note, document=document, until=until)
    ended = f"提前结束请用 xuncha case revoke {number}"
    click.echo(f"已登记豁免：{made.named}，至{made.until}（含当日）。{ended}。")


def _disposal(name: str, ruling: str, said: str, after: str = "") -> click.Command:
    """Return the command that records a decision of one kind."""

    @number_argument
    @document_option
    @by_option
    @note_option
    @place
    def command(where: CommandContext, *, number: int, document: str | None, by: str | None, note: str) -> None:

        ruled = Ruling.of(ruling)
        made = _decide(where, number, ruled, by=by, note=note, document=document)
        click.echo(f"已登记{ruled.label}：{made.named}。{after}")

    return click.command(name, cls=Command, help=said)(command)


for _command in (
    _disposal(
        "retain",
        "retained",
        "登记保留：账号去留研判为保留，这一次不再列入清理整合建议名单；更新等要求照常。",
        "更新等其他要求照常。",
    ),
    _disposal("consolidate", "consolidated", "登记清理整合的决定；系统不执行，办理进度用记录登记。"),
    _disposal("deregister", "deregistered", "登记注销的决定；系统不执行，办理进度用记录登记。"),
):
    case.add_command(_command)


@case.command("revoke", cls=Command)
@number_argument
@document_option
@by_option
@note_option
@place
def case_revoke(where: CommandContext, *, number: int, document: str | None, by: str | None, note: str) -> None:
    """撤销此前就该账号、单位或地区该项要求作出的决定（豁免、保留等），自当日起恢复判定。"""
    made = _decide(where, number, Ruling.REVOKED, by=by, note=note, document=document)
    before = made.before
    made_by = f"，原为{before.by}于{beijing(before.at):%Y-%m-%d}登记的{before.ruling.label}" if before else ""
    click.echo(f"已撤销：{made.named}{made_by}；自今日起恢复判定。")


@case.command("close", cls=Command)
@number_argument
@by_option
@note_option
@place
def case_close(where: CommandContext, *, number: int, by: str | None, note: str) -> None:
    """人工办结：只限问题已消除、又没有自动办结的。"""
    from monitor.actions.cases import CloseCommand, close

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
) -> Decided:
    """Record what was decided; the service judges anew whom it is about."""
    from monitor.actions.cases import DecideCommand, decide
    from monitor.app.rules import rule_titles

    command = DecideCommand(
        case=number, ruling=ruling, titles=rule_titles(), by=by, note=note, document=document, until=until
    )
    return perform(where, decide, command)


def _line(tx: Tx, entry: Case, titles: Mapping[str, str], at: datetime) -> str:
    """Return a case as one line: number, day, whom and what it is about, its last step and how it stands."""
    from monitor.actions.cases import named

    begun = f"{dated(beijing_date(entry.opened_at), beijing_date(at))}列入"
    step = step_text(entry.steps[-1]) if entry.steps else ""
    end = f"已办结（{entry.closing.label}）" if entry.closing else "办理中"
    return "  ".join(part for part in (str(entry.id), begun, named(tx, entry, titles), step, end) if part)
