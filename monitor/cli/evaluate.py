"""The command that judges: evaluate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.chinese import Command
from monitor.cli.place import MOMENT, CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import printed, progress, warn

if TYPE_CHECKING:
    from monitor.core.finding import Finding, Known
    from monitor.core.phrases import Names
    from monitor.pipeline.evaluate import RulesInForce
    from monitor.store import Store

BATCH = 200
"""How many accounts are judged between two steps of the progress bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The moment that is judged, and the one up to which we had learnt."""

    at: datetime
    known_at: datetime


@click.command(cls=Command)
@click.option("--at", type=MOMENT, metavar="时刻", help="判定哪一时刻的情况，默认现在。")
@click.option("--known-at", type=MOMENT, metavar="时刻|now", help="按哪一时刻所知判定，默认与 --at 相同。")
@click.option("--account", metavar="账号ID", help="只判定一个账号。")
@click.option("--all", "everything", is_flag=True, help="也列出未发现问题和不涉及的结果。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@place
def evaluate(
    where: CommandContext,
    *,
    at: datetime | None,
    known_at: datetime | None,
    account: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """按规则判定并列出结果；只读取，不改变任何事项。"""
    from monitor.app.choices import rules_in_force
    from monitor.app.clock import now
    from monitor.core.phrases import Names
    from monitor.core.shapes import finding_shape

    settings = where.settings()
    moment = at or now()
    when = When(at=moment, known_at=known_at or moment)
    judged_by = rules_in_force(settings, settings.work_calendar())
    with where.store(reads=True) as store:
        if account is None and _is_too_early(store, when):
            warn(["那一时刻还没有台账；按现在所知判定过去，请加 --known-at now"])
        found = judged(store, judged_by, when, account=account, silences=everything)
        if not found and not as_json and not _has_accounts(store, when):
            click.echo("没有可判定的账号：请核对数据库（--db），或先导入台账。")
            return
    findings = sorted((one for one in found if everything or not one.state.is_settled), key=_place)
    if as_json:
        click.echo(printed([finding_shape(finding) for finding in findings]))
    else:
        _print(findings, Names(with_area=len(settings.office.areas) > 1))


def judged(
    store: Store, judged_by: RulesInForce, when: When, *, account: str | None = None, silences: bool = False
) -> tuple[Finding, ...]:
    """Return every rule's word on everybody, or on one account; `silences`: also where a rule on areas has none."""
    return (
        *(finding for known in known_then(store, account, when) for _, finding in judged_by.findings(known, when.at)),
        *_of_areas(store, judged_by, account, when, silences=silences),
    )


def _place(finding: Finding) -> tuple[str, ...]:
    """Return where a finding stands in the list: accounts by id, then units, then areas; each by rule."""
    if finding.account is not None:
        return ("account", finding.account, finding.rule)
    return ("unit" if finding.unit is not None else "~area", finding.area or "", finding.unit or "", finding.rule)


def _of_areas(
    store: Store, judged_by: RulesInForce, account: str | None, when: When, *, silences: bool
) -> Iterator[Finding]:
    """Yield what the rules on areas say of everybody, or of one account."""
    from monitor.store import registers, roster

    with store.read() as tx:
        everybody = roster.accounts(tx, at=when.at, known_at=when.known_at)
        wanted = sorted({one.area for one in everybody if account in {None, one.id}})
        for area in wanted:
            register = registers.register(tx, area, now=when.at, known_at=when.known_at)
            said = [finding for _, finding in judged_by.area_findings(register, when.at)]
            rest = judged_by.silences(register, said, when.at) if silences else ()
            yield from (one for one in (*said, *rest) if account in {None, one.account})


def known_then(store: Store, account: str | None, when: When) -> Iterator[Known]:
    """Yield what is known of the roster's accounts, or of one of them."""
    from monitor.store import facts, roster

    with store.read() as tx:
        ids = [one.id for one in roster.accounts(tx, at=when.at, known_at=when.known_at)]
        if account is not None:
            if account not in ids:
                raise Refusal(_not_there(account, is_later=roster.account(tx, account) is not None))
            ids = [account]
        with progress("判定", len(ids)) as bar:
            for start in range(0, len(ids), BATCH):
                batch = ids[start : start + BATCH]
                yield from facts.known(tx, batch, now=when.at, known_at=when.known_at)
                bar.update(len(batch))


def _is_too_early(store: Store, when: When) -> bool:
    """Whether nobody was on the roster then, as we knew it, although somebody is by now."""
    from monitor.store import roster

    with store.read() as tx:
        is_there = roster.has_roster(tx)
    return is_there and not _has_accounts(store, when)


def _has_accounts(store: Store, when: When) -> bool:
    """Whether anybody was on the roster then, as we knew it."""
    from monitor.store import roster

    with store.read() as tx:
        return bool(roster.accounts(tx, at=when.at, known_at=when.known_at))


def _not_there(account: str, *, is_later: bool) -> str:
    if is_later:
        return f"那一时刻的台账中没有账号“{account}”；按现在所知判定过去，请加 --known-at now。"
    return f"台账中没有账号“{account}”，请核对编号。"


def _print(findings: Sequence[Finding], names: Names) -> None:
    from monitor.app.choices import rule_titles
    from monitor.core.phrases import plain

    titles = rule_titles()
    lines = [
        f"{_whom(one, names)}  {one.rule} {titles.get(one.rule, '')}  {one.label}  {plain(one.because, 300)}"
        for one in findings
    ]
    click.echo("\n".join(lines) if lines else "未发现问题。")


def _whom(finding: Finding, names: Names) -> str:
    unit = names.unit(finding.area or "", finding.unit) if finding.unit else finding.area
    return finding.account or unit or ""


COMMANDS = (evaluate,)
