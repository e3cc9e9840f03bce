"""Findings as they stand and changed, and the cases that follow from them (tx2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.case import NOTHING, Case, Closing, Plan
from monitor.core.finding import Finding, State
from monitor.core.notice import Notice
from monitor.store.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One rule's finding on one account, and what is to be done about it."""

    finding: Finding
    case: Case | None = None
    """The open case as `open_cases` gave it."""
    plan: Plan = NOTHING
    notices: tuple[Notice, ...] = ()
    """Of both the plan's steps; their `case` is filled in here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Everything that one judging of one account brought."""

    account: str
    judgements: tuple[Judgement, ...]
    judge_again_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """A moment at which a finding began to say something else."""

    at: datetime
    before: State | None
    finding: Finding


def due_for_judgement(tx: Tx, now: datetime, limit: int) -> tuple[str, ...]:
    """Return accounts to be judged now, longest waiting first, removed ones included (see `retire`)."""
    raise NotImplementedError


def open_cases(tx: Tx, account_ids: Collection[str]) -> dict[tuple[str, str], Case]:
    """Return the open cases of these accounts with their steps, by (account, rule)."""
    raise NotImplementedError


def apply(tx: Tx, judged: Sequence[Judged], *, at: datetime) -> tuple[int, ...]:
    """Save findings, close, open and continue cases, queue notices, set when to judge again; return the cases touched.

    Takes one account or many; to keep one account's fault from the others, call it in a `savepoint`.
    """
    raise NotImplementedError


def save_findings(tx: Tx, findings: Sequence[Finding], *, at: datetime) -> None:
    """Save findings as they stand; a change of state or episode is also appended to their history.

    `apply` does it for an account's findings; this is for those on units and areas.
    """
    raise NotImplementedError


def retire(
    tx: Tx, account_ids: Collection[str], *, at: datetime, closing: Closing = Closing.NOT_APPLICABLE
) -> tuple[int, ...]:
    """End everything about accounts that left the roster: cases closed, findings and waiting notices dropped.

    Return the cases closed.
    """
    raise NotImplementedError


def judge_soon(tx: Tx, at: datetime, account_ids: Collection[str] | None = None) -> None:
    """Have these accounts (None: all) judged at `at` if not sooner: new thresholds, a decision, a new calendar."""
    raise NotImplementedError


def current_findings(tx: Tx, *, account_ids: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Return the findings as they stand, of all or of these accounts, by account, unit or area, and rule."""
    raise NotImplementedError


def finding_changes(tx: Tx, account_id: str, *, limit: int = 200) -> tuple[FindingChange, ...]:
    """Return how the findings on an account changed, newest first."""
    raise NotImplementedError


def cases(tx: Tx, *, open_only: bool = False, limit: int = 1000) -> tuple[Case, ...]:
    """Return cases with their steps, latest opened first."""
    raise NotImplementedError


def case(tx: Tx, case_id: int) -> Case | None:
    """Return one case with its steps."""
    raise NotImplementedError


def case_history(tx: Tx, account_id: str) -> tuple[Case, ...]:
    """Return every case an account ever had, latest opened first."""
    raise NotImplementedError


def notices_of_case(tx: Tx, case_id: int) -> tuple[Notice, ...]:
    """Return who was or will be told what in a case, oldest first."""
    raise NotImplementedError
