"""Commands about cases: list, show, confirm, reject."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from monitor.cli.chinese import Command, Group
from monitor.cli.place import Place, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.core.case import Case
    from monitor.core.decision import Ruling

number_argument = click.argument("number", type=int, metavar="编号")
by_option = click.option("--by", metavar="姓名", help="谁核实的，默认为登录本机的用户名。")
note_option = click.option("--note", metavar="说明", default="", help="怎样核实的。")


@click.group(cls=Group)
def case() -> None:
    """案件：查看、确认、判为误报。"""


@case.command("list", cls=Command)
@click.option("--all", "everything", is_flag=True, help="也列出已结束的案件。")
@place
def case_list(where: Place, *, everything: bool) -> None:
    """列出案件，最近开始的在前。"""
    from monitor.store import cases

    with where.store() as store, store.read() as tx:
        found = cases.cases(tx, open_only=not everything)
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("没有案件。")


@case.command("show", cls=Command)
@number_argument
@place
def case_show(where: Place, *, number: int) -> None:
    """显示一个案件的每一步和核实结果。"""
    from monitor.app.clock import now
    from monitor.core.calendar import beijing
    from monitor.core.wording import plain
    from monitor.store import cases, decisions

    with where.store() as store, store.read() as tx:
        found = cases.case(tx, number)
        if found is None:
            raise Refusal(f"没有编号为 {number} 的案件。")
        ruled = decisions.decisions_of(tx, [found.account], now())[found.account]
    click.echo(_line(found))
    for step in found.steps:
        click.echo(f"{beijing(step.at):%Y-%m-%d %H:%M}  {step.kind.label}  {plain(step.because, 300)}")
    for one in ruled:
        if one.rule == found.rule and one.at >= found.opened_at:
            note = f"（{plain(one.note, 300)}）" if one.note else ""
            click.echo(f"{beijing(one.at):%Y-%m-%d %H:%M}  {plain(one.by)}核实为{one.ruling.label}{note}")


@case.command("confirm", cls=Command)
@number_argument
@by_option
@note_option
@place
def case_confirm(where: Place, *, number: int, by: str | None, note: str) -> None:
    """确认移动客户端确实无法下载或使用（请先在手机上核实）。"""
    from monitor.core.decision import Ruling

    _rule(where, number, Ruling.CONFIRMED, by, note)
    click.echo(f"案件 {number} 已确认。")


@case.command("reject", cls=Command)
@number_argument
@by_option
@note_option
@place
def case_reject(where: Place, *, number: int, by: str | None, note: str) -> None:
    """把疑似无法下载或使用判为误报；本次故障期间不再提醒。"""
    from monitor.core.decision import Ruling

    _rule(where, number, Ruling.REJECTED, by, note)
    click.echo(f"案件 {number} 已判为误报。")


def _rule(where: Place, number: int, ruling: Ruling, by: str | None, note: str) -> None:
    """Record the ruling, and who made it, in one transaction; the service judges the account anew."""
    from monitor.app.clock import now
    from monitor.core.case import DOWNLOADS
    from monitor.core.finding import State
    from monitor.store import cases, decisions
    from monitor.store.audit import Act, record_audit

    who = by or getpass.getuser()
    with where.store() as store, store.begin(durable=True) as tx:
        found = cases.case(tx, number)
        if found is None:
            raise Refusal(f"没有编号为 {number} 的案件。")
        if found.closed_at is not None:
            raise Refusal(f"案件 {number} 已结束，不能再核实。")
        stands = [one for one in cases.current_findings(tx, account_ids=[found.account]) if one.rule == found.rule]
        if found.rule != DOWNLOADS or not stands or stands[0].state not in {State.SUSPECTED, State.VIOLATED}:
            raise Refusal(f"案件 {number} 没有待核实的疑似情况。")
        at = now()
        decisions.decide(tx, found, stands[0].episode, ruling, by=who, at=at, note=note)
        record_audit(tx, Act(at=at, actor=who, action=f"case {_VERBS[ruling.value]}", object=str(number), detail=note))


_VERBS = {"confirmed": "confirm", "rejected": "reject"}


def _line(one: Case) -> str:
    from monitor.core.calendar import beijing

    step = one.steps[-1].kind.label if one.steps else ""
    end = f"已结束：{one.closing.label}" if one.closing else "进行中"
    return f"{one.id}  {beijing(one.opened_at):%Y-%m-%d}  {one.account}  {one.rule}  {step}  {end}"


COMMANDS = (case,)
