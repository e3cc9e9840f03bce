"""Commands that move tables out: export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import note_alone
from monitor.cli.chinese import Command, to_table
from monitor.cli.place import CommandContext, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.documents import Document
    from monitor.store import Tx

_ALL_MESSAGES = 1_000_000
_WHAT = ("roster", "template", "records", "findings", "cases", "messages", "personal-data")
_FORMS = ("roster", "posts", "filed-list", "bulletins", "index", "decisions", "records")


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
    from monitor.documents import NotWrittenError, write

    if person and what != "personal-data":
        raise click.UsageError("--person 只用于 personal-data")
    if form and what != "template":
        raise click.UsageError("--for 只用于 template")
    if unstated and what != "records":
        raise click.UsageError("--unstated 只用于 records")
    try:
        if what == "template":
            write(out, _form(form or "roster"))
        else:
            with where.store(reads=True) as store, store.read() as tx:
                if what == "records":
                    write(out, _records(tx, unstated=unstated))
                else:
                    write(out, _personal(tx, person) if what == "personal-data" else _TABLES[what](tx))
            note_alone(where, f"export {what}", out.name, f"关于“{person}”" if person else "")
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已写入 {out}。")


def _form(form: str) -> Document:
    from monitor.ledger import form_document, roster_document

    return roster_document(()) if form == "roster" else form_document(form)


def _roster(tx: Tx) -> Document:
    from monitor.ledger import roster_document
    from monitor.store import roster

    return roster_document(roster.accounts(tx))


def _records(tx: Tx, *, unstated: bool) -> Document:
    from monitor.ledger import records_document
    from monitor.store import records, rereading

    return records_document(rereading.unstated(tx) if unstated else records.records(tx))


def _personal(tx: Tx, person: str | None) -> Document:
    from monitor.documents import Document, Table
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
    return Document(
        title="个人信息",
        table=Table.of(
            (
                *("姓名", "角色", "手机", "邮箱", "钉钉", "出处", "编号", "主办单位"),
                *(("地区",) if has_areas else ()),
                "时间",
            ),
            rows,
        ),
    )


def _findings(tx: Tx) -> Document:
    from monitor.app.choices import rule_titles
    from monitor.core.labels import evidence_list
    from monitor.documents import Document, Table
    from monitor.store import cases

    titles, called = rule_titles(), _names(tx)
    columns = ("账号ID", "账号", "主办单位", "地区", "规则", "问题", "结果", "未更新天数", "说明", "依据", "证据")
    return Document(
        title="判定结果",
        table=Table.of(
            columns,
            [
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
        ),
    )


def _names(tx: Tx) -> Mapping[str, str]:
    """Return what people call each account of the roster: its name and its platform, by id."""
    from monitor.store import roster

    return {one.id: f"{one.name}（{one.platform.label}）" for one in roster.accounts(tx)}


def _cases(tx: Tx) -> Document:
    from monitor.app.choices import rule_titles
    from monitor.core.labels import step_text
    from monitor.documents import Document, Table
    from monitor.store import cases

    titles, called = rule_titles(), _names(tx)
    columns = ("编号", "账号ID", "账号", "主办单位", "地区", "规则", "问题", "列入", "已采取的步骤", "办结", "办结原因")
    return Document(
        title="事项",
        table=Table.of(
            columns,
            [
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
        ),
    )


def _messages(tx: Tx) -> Document:
    from monitor.documents import Document, Table
    from monitor.store import outbox

    return Document(
        title="消息",
        table=Table.of(
            ("编号", "生成时间", "对象", "渠道", "标题", "状态", "尝试次数"),
            [
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
        ),
    )


_TABLES: Mapping[str, Callable[[Tx], Document]] = {
    "roster": _roster,
    "findings": _findings,
    "cases": _cases,
    "messages": _messages,
}

COMMANDS = (export,)
