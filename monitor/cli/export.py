"""Commands that move tables out: export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import note_alone
from monitor.cli.chinese import Command, to_table
from monitor.cli.place import CommandContext, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.store import Tx

Value = str | int | datetime | None
_ALL_MESSAGES = 1_000_000
_WHAT = ("roster", "template", "records", "findings", "cases", "messages", "personal-data")
_FORMS = ("roster", "posts", "filed-list", "bulletins", "index", "decisions", "records")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTable:
    """What stands in an exported file."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


@click.command(cls=Command, short_help="导出台账、空白表、记录、判定、事项、消息、个人信息。")
@click.argument("what", type=click.Choice(_WHAT), metavar="内容")
@to_table
@click.option("--person", metavar="姓名|手机|邮箱|钉钉", help="与 personal-data 同用：只导出关于这个人的内容。")
@click.option(
    "--for", "form", type=click.Choice(_FORMS), metavar="内容", help=f"与 template 同用：{'、'.join(_FORMS)} 的空白表。"
)
@click.option("--unstated", is_flag=True, help="与 records 同用：只导出未写明结果的，填写后再导入。")
@place
def export(
    where: CommandContext, *, what: str, out: Path, person: str | None, form: str | None, unstated: bool
) -> None:
    """导出 roster 台账、template 空表、records 记录、findings 判定、cases 事项、messages 消息、personal-data 个人信息。"""  # noqa: E501
    from monitor.ledger import LedgerError

    if person and what != "personal-data":
        raise click.UsageError("--person 只用于 personal-data")
    if form and what != "template":
        raise click.UsageError("--for 只用于 template")
    if unstated and what != "records":
        raise click.UsageError("--unstated 只用于 records")
    try:
        if what == "template":
            _write_form(out, form or "roster")
        else:
            with where.store(reads=True) as store, store.read() as tx:
                if what == "records":
                    _write_records(out, tx, unstated=unstated)
                else:
                    _write(out, what, tx, person)
            note_alone(where, f"export {what}", out.name, f"关于“{person}”" if person else "")
    except LedgerError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已写入 {out}。")


def _write(out: Path, what: str, tx: Tx, person: str | None) -> None:
    from monitor.ledger import Column, write_table

    if what == "roster":
        _write_roster(out, tx)
        return
    table = _personal(tx, person) if what == "personal-data" else _TABLES[what](tx)
    write_table(out, table.title, [Column(name=name) for name in table.columns], table.rows)


def _write_form(out: Path, form: str) -> None:
    from monitor.ledger import write_template

    if form == "roster":
        _write_roster(out, None)
    else:
        write_template(out, form)


def _write_roster(out: Path, tx: Tx | None) -> None:
    from monitor.ledger import write_roster
    from monitor.store import roster

    write_roster(out, roster.accounts(tx) if tx is not None else ())


def _write_records(out: Path, tx: Tx, *, unstated: bool) -> None:
    from monitor.ledger import write_records
    from monitor.store import records, rereading

    write_records(out, rereading.unstated(tx) if unstated else records.records(tx))


def _personal(tx: Tx, person: str | None) -> ExportTable:
    from monitor.store import people

    found = tuple(people.traces(tx, person))
    has_areas = len({one.area for one in found if one.area}) > 1
    rows = [
        (
            one.contact.name,
            one.role.label,
            one.contact.phone,
            one.contact.mail,
            one.contact.dingtalk,
            one.place.label,
            one.thing,
            one.unit,
            *((one.area,) if has_areas else ()),
            one.at,
        )
        for one in found
    ]
    if person and not rows:
        raise Refusal(f"没有保存关于“{person}”的内容。")
    return ExportTable(
        title="个人信息",
        columns=(
            *("姓名", "角色", "手机", "邮箱", "钉钉", "出处", "编号", "主办单位"),
            *(("地区",) if has_areas else ()),
            "时间",
        ),
        rows=rows,
    )


def _findings(tx: Tx) -> ExportTable:
    from monitor.app.choices import rule_titles
    from monitor.core.labels import evidence_list
    from monitor.store import cases

    titles, called = rule_titles(), _names(tx)
    columns = ("账号ID", "账号", "主办单位", "地区", "规则", "问题", "结果", "未更新天数", "说明", "依据", "证据")
    return ExportTable(
        title="判定结果",
        columns=columns,
        rows=[
            (
                one.account,
                called.get(one.account or ""),
                one.unit,
                one.area,
                one.rule,
                titles.get(one.rule, one.rule),
                one.label,
                one.days,
                one.because,
                one.clause,
                evidence_list(one.evidence),
            )
            for one in cases.current_findings(tx)
        ],
    )


def _names(tx: Tx) -> Mapping[str, str]:
    """Return what people call each account of the roster: its name and its platform, by id."""
    from monitor.store import roster

    return {one.id: f"{one.name}（{one.platform.label}）" for one in roster.accounts(tx)}


def _cases(tx: Tx) -> ExportTable:
    from monitor.app.choices import rule_titles
    from monitor.core.labels import step_text
    from monitor.store import cases

    titles, called = rule_titles(), _names(tx)
    columns = ("编号", "账号ID", "账号", "主办单位", "地区", "规则", "问题", "列入", "已采取的步骤", "办结", "办结原因")
    return ExportTable(
        title="事项",
        columns=columns,
        rows=[
            (
                one.id,
                one.account,
                called.get(one.account),
                one.unit,
                one.area,
                one.rule,
                titles.get(one.rule, one.rule),
                one.opened_at,
                "、".join(step_text(step) for step in one.steps),
                one.closed_at,
                one.closing.label if one.closing else "",
            )
            for one in cases.cases(tx)
        ],
    )


def _messages(tx: Tx) -> ExportTable:
    from monitor.store import outbox

    return ExportTable(
        title="消息",
        columns=("编号", "生成时间", "对象", "渠道", "标题", "状态", "尝试次数"),
        rows=[
            (
                one.message.id,
                one.created_at,
                one.role.label,
                one.message.channel or "尚未设置渠道",
                one.message.subject,
                one.state.label,
                one.attempts,
            )
            for one in outbox.messages(tx, limit=_ALL_MESSAGES)
        ],
    )


_TABLES: Mapping[str, Callable[[Tx], ExportTable]] = {"findings": _findings, "cases": _cases, "messages": _messages}

COMMANDS = (export,)
