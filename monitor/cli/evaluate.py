"""The command that judges: evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from monitor.actions.evaluate import (
    EvaluateCommand,
    NotYetThereError,
    When,
    evaluate,
    had_accounts,
    is_before_roster,
)
from monitor.app.clock import now
from monitor.app.rules import rule_titles, rules_in_force
from monitor.cli.actor import refusals
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import printed, telling, warn
from monitor.core.finding import Finding
from monitor.core.phrases import Names, plain
from monitor.core.shapes import finding_shape


def print_findings(
    where: CommandContext,
    *,
    at: datetime | None,
    known_at: datetime | None,
    account: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Judge by the rules and print what was found; no case changes."""
    settings = where.settings()
    moment = at or now()
    when = When(at=moment, known_at=known_at or moment)
    rules = rules_in_force(settings, settings.work_calendar())
    with where.store(reads=True) as store, store.read() as tx, refusals():
        if account is None and is_before_roster(tx, when):
            warn(["那一时刻还没有台账；按现在所知判定过去，请加 --known-at now"])
        command = EvaluateCommand(when=when, account=account, silences=everything)
        try:
            with telling("判定") as tell:
                found = evaluate(tx, command, rules=rules, tell=tell)
        except NotYetThereError as error:
            missing = f"那一时刻的台账中没有账号“{error.account}”"
            raise Refusal(f"{missing}；按现在所知判定过去，请加 --known-at now。") from error
        if not found and not as_json and not had_accounts(tx, when):
            click.echo("没有可判定的账号：请核对数据库（--db），或先导入台账。")
            return
    findings = sorted((finding for finding in found if everything or not finding.state.is_settled), key=_place)
    if as_json:
        click.echo(printed([finding_shape(finding) for finding in findings]))
    else:
        _print(findings, Names(with_area=len(settings.office.areas) > 1))


def _place(finding: Finding) -> tuple[str, ...]:
    """Return where a finding stands in the list: accounts by id, then units, then areas; each by rule."""
    if finding.account is not None:
        return ("account", finding.account, finding.rule)
    return ("unit" if finding.unit is not None else "~area", finding.area or "", finding.unit or "", finding.rule)


def _print(findings: Sequence[Finding], names: Names) -> None:
    titles = rule_titles()
    lines = [
        f"{_whom(finding, names)}  {finding.rule} {titles.get(finding.rule, '')}  "
        f"{finding.label}  {plain(finding.because, 300)}"
        for finding in findings
    ]
    click.echo("\n".join(lines) if lines else "未发现问题。")


def _whom(finding: Finding, names: Names) -> str:
    unit = names.unit(finding.area or "", finding.unit) if finding.unit else finding.area
    return finding.account or unit or ""
