"""Import a roster: accounts are added or changed by their ids; those that are missing may be removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor
from monitor.actions.imports.kept import begin, finish
from monitor.actions.refused import Field, RefusedError
from monitor.core.account import Account, UnitKey
from monitor.ledger.diff import AccountChange, ChangeKind, compare
from monitor.ledger.fault import did_you_mean
from monitor.store import Tx, papers, roster


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterDifference:
    """The changes that a roster would make."""

    accounts: Sequence[Account]
    """All of the file's."""
    changes: Sequence[AccountChange]
    removed: int
    """How many accounts go."""
    replace: bool = False
    unit: UnitKey | None = None
    """Only this unit's missing accounts are removed; None: everybody's."""

    @property
    def counts(self) -> str:
        """How many of each change there are, in words."""
        return "，".join(f"{kind.label}{sum(change.kind is kind for change in self.changes)}" for kind in ChangeKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRosterCommand:
    """A roster that somebody wants to have in force."""

    file: str
    difference: RosterDifference
    as_of: datetime
    """From when its changes hold."""
    sources: roster.Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterImported:
    """The outcome of an import beyond its differences."""

    overtaken: Sequence[str]
    """Accounts of which a later roster says something: only the time before was corrected."""
    matched: int
    """Rows of papers that nobody had answered to, and somebody does now."""


class AmbiguousUnitError(RefusedError):
    """Several areas have a unit of the name that is meant."""

    def __init__(self, name: str, areas: Sequence[str]) -> None:
        """Say which areas."""
        self.areas = tuple(areas)
        both = f"{'、'.join(areas)}都有主办单位“{name}”"
        super().__init__(f"{both}，请写明是哪个地区的，没有导入任何内容。", Field("area", "地区"))


def difference(
    before: Sequence[Account], accounts: Sequence[Account], *, replace: bool, unit: UnitKey | None = None
) -> RosterDifference:
    """Return what a file's accounts change in those before; with `replace` missing ones go, of the unit if given."""
    named = {account.id for account in accounts}
    going = {
        account.id for account in before if replace and account.id not in named and unit in {None, account.unit_key}
    }
    concerned = [account for account in before if account.id in named | going]
    return RosterDifference(
        accounts=accounts, changes=compare(concerned, accounts), removed=len(going), replace=replace, unit=unit
    )


def unit_meant(name: str, area: str | None, accounts: Sequence[Account]) -> UnitKey:
    """Return the one unit that is meant; raises RefusedError for a name that nobody, or more than one area, has."""
    units = {account.unit_key for account in accounts}
    found = sorted(unit for unit in units if unit.name == name and area in {None, unit.area})
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousUnitError(name, [unit.area for unit in found])
    near = did_you_mean(name, {unit.name for unit in units})
    said = f"{area or ''}台账和文件中都没有主办单位“{name}”{near}，没有导入任何内容。"
    raise RefusedError(said, Field("unit", "主办单位"))


def import_roster(tx: Tx, command: ImportRosterCommand, *, actor: Actor, now: datetime) -> RosterImported:
    """Keep a roster, with the sources that follow from it, and give papers' rows to the accounts that it names."""
    number = begin(tx, "roster", command.file, command.as_of, actor=actor, now=now)
    change = roster.save_roster(
        tx,
        command.difference.accounts,
        effective_at=command.as_of,
        known_at=now,
        sources=command.sources,
        remove_missing=command.difference.replace,
        unit=command.difference.unit,
        import_id=number,
    )
    matched = papers.match_again(tx, now)
    finish(tx, "roster", command.file, number, command.difference.counts, actor=actor, now=now)
    return RosterImported(overtaken=change.overtaken, matched=matched)
