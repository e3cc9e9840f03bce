"""Commands about cases: list, show, and what people decide about them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from monitor.cli import acts
from monitor.cli.chinese import Command, Group
from monitor.cli.place import DAY, Place, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.core.case import Case
    from monitor.core.decision import Ruling
    from monitor.core.finding import Finding
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
def case_list(where: Place, *, everything: bool) -> None:
    """列出事项，最近列入的在前。"""
    from monitor.app.choices import rule_titles
    from monitor.app.clock import now
    from monitor.store import cases

    with where.store() as store, store.read() as tx:
        found = cases.cases(tx, which=cases.Which.ALL if everything else cases.Which.OPEN)
        lines = [_line(tx, one, rule_titles(), now()) for one in found]
    for line in lines:
        click.echo(line)
    if not found:
        click.echo("没有事项。" if everything else "没有办理中的事项；加 --all 查看已办结的。")


@case.command("show", cls=Command)
@number_argument
@place
def case_show(where: Place, *, number: int) -> None:
    """显示一个事项的当前情况、依据、每一步和登记的决定。"""
    from monitor.app.choices import rule_titles
    from monitor.app.clock import now
    from monitor.core.calendar import beijing, beijing_date
    from monitor.core.decision import Ruling
    from monitor.core.labels import evidence_list, proposed, step_text
    from monitor.core.mute import over
    from monitor.core.phrases import plain
    from monitor.store import cases, decisions, records, roster

    with where.store() as store, store.read() as tx:
        found = cases.case(tx, number)
        if found is None:
            raise Refusal(f"没有编号为{number}的事项，请核对编号。")
        ruled = decisions.decisions_on(tx, found)
        account = roster.account(tx, found.account) if found.closed_at is None else None
        mute = over(account, records.mutes_on(tx, beijing_date(now()))) if account else None
        finding = cases.finding_on(tx, found) if found.closed_at is None else None
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
    for one in ruled:
        verb = "核实为" if one.ruling in {Ruling.CONFIRMED, Ruling.REJECTED} else "决定"
        until = f"至{one.valid_until}" if one.valid_until else ""
        said = "，".join(plain(part, 300) for part in (one.document, one.note) if part)
        line = f"{plain(one.by)}{verb}{one.ruling.label}{until}{f'（{said}）' if said else ''}"
        click.echo(f"{beijing(one.at):%Y-%m-%d %H:%M}  {line}")
        if one.shaken_at and one.shaken:
            click.echo(f"{beijing(one.shaken_at):%Y-%m-%d %H:%M}  决定依据有变化：{plain(one.shaken, 300)}")


@case.command("confirm", cls=Command)
@number_argument
@by_option
@note_option
@place
def case_confirm(where: Place, *, number: int, by: str | None, note: str) -> None:
    """确认移动客户端确实无法下载或使用（请先在手机上核实）。"""
    from monitor.core.decision import Ruling

    _rule(where, number, Ruling.CONFIRMED, by, note)
    click.echo(f"事项{number}已确认。")


@case.command("reject", cls=Command)
@number_argument
@by_option
@note_option
@place
def case_reject(where: Place, *, number: int, by: str | None, note: str) -> None:
    """把疑似无法下载或使用判为误报；本次故障期间不再提醒。"""
    from monitor.core.decision import Ruling

    _rule(where, number, Ruling.REJECTED, by, note)
    click.echo(f"事项{number}已判为误报。")


@case.command("exempt", cls=Command)
@number_argument
@click.option("--until", type=DAY, metavar="日期", help="有效期至哪一天（含），默认一年。")
@click.option("--document", metavar="文号", help="依据文号；“原则上”的要求必填。")
@click.option("--by", metavar="姓名", help="谁决定的，必填。")
@click.option("--note", metavar="理由", default="", help="为什么豁免，必填。")
@place
def case_exempt(
    where: Place, *, number: int, until: date | None, document: str | None, by: str | None, note: str
) -> None:
    """登记豁免：到期以前不再提醒，不列入建议名单；“一律”“不得”的不能豁免。"""
    from monitor.app.clock import now
    from monitor.core.calendar import beijing_date
    from monitor.core.decision import Ruling, exemption_ends

    last = until or exemption_ends(beijing_date(now()))
    named = _dispose(where, number, Ruling.EXEMPTED, by, note, document=document, until=last)
    click.echo(f"已登记豁免：{named}，至{last}（含当日）。提前结束请用 xuncha case revoke {number}。")


@case.command("retain", cls=Command)
@number_argument
@document_option
@by_option
@note_option
@place
def case_retain(where: Place, *, number: int, document: str | None, by: str | None, note: str) -> None:
    """登记保留：账号去留研判为保留，这一次不再列入建议名单；更新等要求照常。"""
    from monitor.core.decision import Ruling

    named = _dispose(where, number, Ruling.RETAINED, by, note, document=document)
    click.echo(f"已登记保留：{named}。更新等其他要求照常。")


@case.command("consolidate", cls=Command)
@number_argument
@document_option
@by_option
@note_option
@place
def case_consolidate(where: Place, *, number: int, document: str | None, by: str | None, note: str) -> None:
    """登记清理整合的决定；系统不执行，办理进度用记录登记。"""
    from monitor.core.decision import Ruling

    named = _dispose(where, number, Ruling.CONSOLIDATED, by, note, document=document)
    click.echo(f"已登记清理整合：{named}。")


@case.command("deregister", cls=Command)
@number_argument
@document_option
@by_option
@note_option
@place
def case_deregister(where: Place, *, number: int, document: str | None, by: str | None, note: str) -> None:
    """登记注销的决定；系统不执行，办理进度用记录登记。"""
    from monitor.core.decision import Ruling

    named = _dispose(where, number, Ruling.DEREGISTERED, by, note, document=document)
    click.echo(f"已登记注销：{named}。")


@case.command("revoke", cls=Command)
@number_argument
@document_option
@by_option
@note_option
@place
def case_revoke(where: Place, *, number: int, document: str | None, by: str | None, note: str) -> None:
    """撤销此前就该账号该项要求作出的决定（豁免、保留等），自当日起恢复判定。"""
    from monitor.app.choices import rule_titles
    from monitor.app.clock import now
    from monitor.core.calendar import beijing
    from monitor.core.decision import Ruling, in_force
    from monitor.store import cases, decisions

    with where.store() as store, store.begin(durable=True) as tx:
        found = cases.case(tx, number)
        if found is None:
            raise Refusal(f"没有编号为{number}的事项，请核对编号。")
        at = now()
        made = decisions.decisions_of(tx, {found.account}, at)[found.account] if found.account else []
        standing = [one for one in in_force(made) if one.rule == found.rule]
        if not standing:
            raise Refusal(f"{_named(tx, found, rule_titles())}没有可撤销的决定。")
        last = standing[-1]
        decisions.decide(
            tx, found, found.episode, Ruling.REVOKED, by=acts.whoever(by), at=at, note=note, document=document
        )
        acts.note(tx, at, "case revoke", str(number), note, by=by)
        named = _named(tx, found, rule_titles())
    made_by = f"{last.by}于{beijing(last.at):%Y-%m-%d}登记的{last.ruling.label}"
    click.echo(f"已撤销：{named}，原为{made_by}；自今日起恢复判定。")


@case.command("close", cls=Command)
@number_argument
@by_option
@note_option
@place
def case_close(where: Place, *, number: int, by: str | None, note: str) -> None:
    """人工办结：只限问题已消除、又没有自动办结的。"""
    from monitor.app.clock import now
    from monitor.core.case import Closing
    from monitor.core.verdict import QUIET
    from monitor.store import cases

    with where.store() as store, store.begin(durable=True) as tx:
        found = _open_case(tx, number)
        finding = cases.finding_on(tx, found)
        if finding is not None and finding.state not in QUIET:
            raise Refusal(f"事项{number}的问题尚未消除（{finding.label}），不能办结；请登记豁免、保留等决定。")
        at = now()
        cases.end(tx, [number], Closing.DECIDED, at=at)
        acts.note(tx, at, "case close", str(number), note, by=by)
    click.echo(f"事项{number}已办结。")


def _rule(where: Place, number: int, ruling: Ruling, by: str | None, note: str) -> None:
    """Record what a person found out about a doubt, in one transaction; the service judges the account anew."""
    from monitor.app.clock import now
    from monitor.core.case import DOWNLOADS
    from monitor.core.finding import State
    from monitor.store import cases, decisions

    with where.store() as store, store.begin(durable=True) as tx:
        found = _open_case(tx, number)
        finding = cases.finding_on(tx, found)
        doubts = {State.SUSPECTED, State.NEEDS_REVIEW, *([State.VIOLATED] if found.rule == DOWNLOADS else [])}
        if not found.account or finding is None or finding.state not in doubts:
            raise Refusal(f"事项{number}没有待核实的疑似情况，请核对编号。")
        at = now()
        decisions.decide(tx, found, finding.episode, ruling, by=acts.whoever(by), at=at, note=note)
        acts.note(tx, at, f"case {_VERBS[ruling.value]}", str(number), note, by=by)


def _dispose(
    where: Place,
    number: int,
    ruling: Ruling,
    by: str | None,
    note: str,
    *,
    document: str | None,
    until: date | None = None,
) -> str:
    """Record what the office decided about a trouble, in one transaction; the service judges the account anew.

    Return what it was decided about, as people call it.
    """
    from monitor.app.choices import rule_titles
    from monitor.app.clock import now
    from monitor.core.calendar import beijing_date
    from monitor.store import cases, decisions

    at = now()
    if until is not None and until < beijing_date(at):
        raise Refusal("有效期不能早于今天。")
    with where.store() as store, store.begin(durable=True) as tx:
        found = _open_case(tx, number)
        finding = cases.finding_on(tx, found)
        if not found.account or finding is None:
            raise Refusal(f"事项{number}不是账号的事项，不能登记处置决定。")
        titles = rule_titles()
        _refuse_what_makes_no_sense(finding, ruling, titles.get(found.rule, found.rule), by, note, document)
        named = _named(tx, found, titles)
        decisions.decide(
            tx,
            found,
            finding.episode,
            ruling,
            by=acts.whoever(by),
            at=at,
            note=note,
            valid_until=until,
            document=document,
        )
        acts.note(tx, at, f"case {_VERBS[ruling.value]}", str(number), note, by=by)
    return named


_OPTIONS = {"决定人": "--by", "说明": "--note", "依据文号": "--document"}


def _refuse_what_makes_no_sense(
    finding: Finding, ruling: Ruling, title: str, by: str | None, note: str, document: str | None
) -> None:
    """Refuse a decision that its rule does not admit, that spares nobody anything, or that lacks a part."""
    from monitor.core.decision import Ruling as Rulings
    from monitor.core.decision import missing_parts, why_not
    from monitor.core.finding import State, Strength

    why = why_not(ruling, finding.rule, title, is_mandatory=finding.strength is Strength.MANDATORY)
    if why:
        raise Refusal(why)
    if ruling is not Rulings.EXEMPTED:
        return
    if finding.state not in {State.WARNING, State.VIOLATED}:
        instead = {
            State.SUSPECTED: "请核实后用 xuncha case confirm 或 case reject 登记。",
            State.NEEDS_REVIEW: "请研判后用 xuncha case retain、consolidate、deregister、confirm 或 reject 登记。",
            State.UNKNOWN: "请先核查。",
        }
        wish = instead.get(finding.state, "无需豁免。")
        raise Refusal(f"“{title}”目前为“{finding.label}”，没有可以豁免的问题；{wish}")
    in_principle = finding.strength is Strength.IN_PRINCIPLE
    missing = missing_parts(ruling, note, document, in_principle=in_principle)
    missing = missing if by else ("决定人", *missing)
    if missing:
        wanted = "、".join(f"{part}（{_OPTIONS[part]}）" for part in missing)
        raise Refusal(f"豁免须写明谁决定、理由和依据，请补上{wanted}。")


def _named(tx: Tx, one: Case, titles: Mapping[str, str]) -> str:
    """Return whom and what a case is about, as people call them."""
    from monitor.core.phrases import plain
    from monitor.store import roster

    account = roster.account(tx, one.account) if one.account else None
    whom = f"“{plain(account.name)}”（{account.platform.label}，{plain(account.unit)}）" if account else one.account
    return f"{whom or one.unit or one.area}的“{titles.get(one.rule, one.rule)}”（{one.rule}）"


def _open_case(tx: Tx, number: int) -> Case:
    from monitor.store import cases

    found = cases.case(tx, number)
    if found is None:
        raise Refusal(f"没有编号为{number}的事项，请核对编号。")
    if found.closed_at is not None:
        raise Refusal(f"事项{number}已办结，不能再核实。")
    return found


_VERBS = {
    "confirmed": "confirm",
    "rejected": "reject",
    "exempted": "exempt",
    "retained": "retain",
    "consolidated": "consolidate",
    "deregistered": "deregister",
}


def _line(tx: Tx, one: Case, titles: Mapping[str, str], at: datetime) -> str:
    """Return a case as one line: number, day, whom and what it is about, its last step and how it stands."""
    from monitor.core.calendar import beijing_date
    from monitor.core.labels import step_text
    from monitor.core.phrases import dated

    begun = f"{dated(beijing_date(one.opened_at), beijing_date(at))}列入"
    step = step_text(one.steps[-1]) if one.steps else ""
    end = f"已办结（{one.closing.label}）" if one.closing else "办理中"
    return "  ".join(part for part in (str(one.id), begun, _named(tx, one, titles), step, end) if part)


COMMANDS = (case,)
