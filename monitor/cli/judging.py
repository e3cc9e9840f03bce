"""The command that judges: evaluate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.chinese import Command
from monitor.cli.place import MOMENT, Place, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import printed, progress

if TYPE_CHECKING:
    from monitor.core.finding import Finding, Known
    from monitor.store import Store

BATCH = 200
"""How many accounts are judged between two steps of the progress bar."""


@click.command(cls=Command)
@click.option("--at", type=MOMENT, metavar="时刻", help="判断哪一时刻的情况，默认现在。")
@click.option("--known-at", type=MOMENT, metavar="时刻|now", help="按哪一时刻所知判断，默认与 --at 相同。")
@click.option("--account", metavar="账号ID", help="只判断一个账号。")
@click.option("--all", "everything", is_flag=True, help="也列出正常和不适用的结果。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@place
def evaluate(
    where: Place,
    *,
    at: datetime | None,
    known_at: datetime | None,
    account: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """按规则判断并列出结果；只读取，不改变任何案件。"""
    from monitor.app.choices import all_rules
    from monitor.app.clock import now
    from monitor.cli.shapes import finding_shape
    from monitor.core.finding import State
    from monitor.pipeline.judging import Bench

    settings = where.settings()
    moment = at or now()
    bench = Bench(rules=all_rules(), book_of=settings.rule_book, calendar=settings.work_calendar())
    quiet = frozenset() if everything else frozenset({State.OK, State.NOT_APPLICABLE})
    with where.store() as store:
        findings = [
            finding
            for known in _known(store, account, moment, known_at or moment)
            for _, finding in bench.findings(known, moment)
            if finding.state not in quiet
        ]
    if as_json:
        click.echo(printed([finding_shape(finding) for finding in findings]))
    else:
        _print(findings)


def _known(store: Store, account: str | None, at: datetime, known_at: datetime) -> Iterator[Known]:
    """Yield what is known of the roster's accounts, or of one of them."""
    from monitor.store import facts, roster

    with store.read() as tx:
        ids = [one.id for one in roster.accounts(tx, at=at, known_at=known_at)]
        if account is not None:
            if account not in ids:
                raise Refusal(_not_there(account, is_later=roster.account(tx, account) is not None))
            ids = [account]
        with progress("判断", len(ids)) as bar:
            for start in range(0, len(ids), BATCH):
                batch = ids[start : start + BATCH]
                yield from facts.known(tx, batch, now=at, known_at=known_at)
                bar.update(len(batch))


def _not_there(account: str, *, is_later: bool) -> str:
    if is_later:
        return f"那一时刻的台账中没有账号 {account}；按现在所知判断过去，请加 --known-at now。"
    return f"台账中没有账号 {account}。"


def _print(findings: Sequence[Finding]) -> None:
    from monitor.core.wording import plain

    lines = [f"{one.account}  {one.rule}  {one.state.label}  {plain(one.because, 300)}" for one in findings]
    click.echo("\n".join(lines) if lines else "没有需要注意的情况。")


COMMANDS = (evaluate,)
