"""Evaluate the rules for a moment: what they say of everybody, as it was known then. It only reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.refused import Field, RefusedError
from monitor.core.finding import Finding, Known
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Tx, facts, registers, roster
from monitor.store.facts import Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The moment that is judged, and the one up to which we had learnt."""

    at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateCommand:
    """The command to judge accounts anew."""

    when: When
    account: str | None = None
    """One account; None for everybody."""
    silences: bool = False
    """True if also what a rule on areas leaves unsaid is wanted."""


_ACCOUNT = Field("account", "账号")
_NOT_THERE = "台账中没有账号“{}”，请核对编号。"


class NotYetThereError(RefusedError):
    """An account that is on the roster was not on it at the moment that is judged, as we knew it then."""

    def __init__(self, account: str) -> None:
        """Say so, and what else can be asked."""
        self.account = account
        super().__init__(f"那一时刻的台账中没有账号“{account}”；可改为按现在所知判定过去。", _ACCOUNT)


def evaluate(
    tx: Tx, command: EvaluateCommand, *, rules: RulesInForce, tell: Tell = lambda _, __: None
) -> tuple[Finding, ...]:
    """Return what every rule says of everybody, or of one account; raises RefusedError where that is not there."""
    when = command.when
    return (
        *(finding for known in _known(tx, command, tell) for _, finding in rules.findings(known, when.at)),
        *_of_areas(tx, command, rules),
    )


def _known(tx: Tx, command: EvaluateCommand, tell: Tell) -> Iterator[Known]:
    """Yield what was known of the roster's accounts, or of one of them."""
    when, account = command.when, command.account
    ids = [account.id for account in roster.accounts(tx, at=when.at, known_at=when.known_at)]
    if account is not None:
        if account not in ids:
            is_later = roster.account(tx, account) is not None
            raise NotYetThereError(account) if is_later else RefusedError(_NOT_THERE.format(account), _ACCOUNT)
        ids = [account]
    yield from facts.known_in_turn(tx, ids, now=when.at, known_at=when.known_at, tell=tell)


def _of_areas(tx: Tx, command: EvaluateCommand, rules: RulesInForce) -> Iterator[Finding]:
    """Yield what the rules on areas say of everybody, or of one account."""
    when, account = command.when, command.account
    everybody = roster.accounts(tx, at=when.at, known_at=when.known_at)
    for area in sorted({other.area for other in everybody if account in {None, other.id}}):
        register = registers.register(tx, area, now=when.at, known_at=when.known_at)
        said = [finding for _, finding in rules.area_findings(register, when.at)]
        rest = rules.silences(register, said, when.at) if command.silences else ()
        yield from (finding for finding in (*said, *rest) if account in {None, finding.account})


def is_before_roster(tx: Tx, when: When) -> bool:
    """True if nobody was on the roster then, as we knew it, although somebody is by now."""
    return roster.has_roster(tx) and not had_accounts(tx, when)


def had_accounts(tx: Tx, when: When) -> bool:
    """True if anybody was on the roster then, as we knew it."""
    return bool(roster.accounts(tx, at=when.at, known_at=when.known_at))
