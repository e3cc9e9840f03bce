"""The register: what is known of a whole area beside what its accounts publish, at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from monitor.core.account import Account, AccountStatus, Platform, Scope
from monitor.core.bulletin import Round, by_series
from monitor.core.calendar import EVER, beijing_date
from monitor.core.decision import Decision, in_force, of_this_life
from monitor.core.filing import FiledList
from monitor.core.index import IndexWeek
from monitor.core.names import normal
from monitor.core.record import Record, RecordKind
from monitor.core.subject import Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A time for which a decision spared whoever has a trouble to settle: from a day on, up to another one."""

    since: date
    until: date
    """The first day on which it is theirs again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A case that is open about an account: its rule, and since when somebody has had it to settle."""

    case: int
    account: str
    rule: str
    since: date
    """Also of an earlier case of the same trouble, that a decision ended which holds no more."""
    paused: tuple[Suspension, ...] = ()
    """When such decisions held: those days are nobody's delay, and what was used of the term before stays used."""
    proposed: frozenset[str] = frozenset()
    """The identifiers of what its finding proposes."""
    is_over: bool = False
    """True if what was wrong is so no more, and only what is to follow from it is open: a gap that has closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The roster's version of an account from one moment on, until its next version."""

    since: datetime
    account: Account | None
    """None: it was not on the roster."""


def in_turn(versions: Iterable[Version]) -> tuple[Version, ...]:
    """Return the versions (oldest first, of one moment the latest known last) that held for a while, one a moment."""
    return tuple({version.since: version for version in versions}.values())


def opened_again(versions: Iterable[Version]) -> datetime | None:
    """Return since when an account that had been closed (已注销) has gone on again, the last time; None if never.

    Nothing of its former end holds from then on. Back to 注销中, it has only not been closed yet.
    """
    again, is_closed = None, False
    for version in in_turn(versions):
        match version.account.status if version.account else None:
            case AccountStatus.CLOSED:
                is_closed = True
            case AccountStatus.FILING | AccountStatus.ACTIVE | AccountStatus.PAUSED if is_closed:
                again, is_closed = version.since, False
    return again


def pending_since(versions: Sequence[Version]) -> datetime:
    """Return since when nobody has said whether an account is in scope, whose last version (oldest first) says so."""
    begun = EVER
    for version in reversed(versions):
        if version.account is None or version.account.scope is not Scope.PENDING:
            break
        begun = version.since
    return begun


@dataclass(frozen=True, kw_only=True)
class Register:
    """One area's facts, as they were known at the moment that is judged; what the registry rules judge."""

    area: str
    accounts: tuple[Account, ...] = ()
    """Every account on the roster then, in order of id; closed and out-of-scope ones included.

    Without its people: no area is judged by whom it names."""
    earlier: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    """By account, oldest first, the versions of those that ever changed in anything that rules on areas read; of those
    that have left the area or the roster too."""
    rounds: tuple[Round, ...] = ()
    """Every round issued by then, by series and number."""
    weeks: tuple[IndexWeek, ...] = ()
    """Every published week that had ended by then, oldest first."""
    filed: FiledList | None = None
    """The latest list of the area; None while none is known."""
    former_lists: tuple[FiledList, ...] = ()
    """The lists before that, oldest first, as far as they tell of accounts that are not on the latest."""
    records: tuple[Record, ...] = ()
    """Oldest first."""
    decisions: tuple[Decision, ...] = ()
    """The decisions about the area, its units and its accounts; about each of them oldest first."""
    troubles: tuple[Trouble, ...] = ()
    """The open matters, longest open first."""
    others: frozenset[str] = frozenset()
    """The other areas after which a series of bulletins may be called."""
    elsewhere: Mapping[str, Register] = field(default_factory=dict)
    """By area in which accounts that are here now were while weeks were published: its accounts, weeks and list."""

    @cached_property
    def judged(self) -> tuple[Account, ...]:
        """The accounts that are not closed and not out of scope, those whose scope is pending included."""
        return tuple(account for account in self.accounts if account.is_judged)

    @cached_property
    def media(self) -> tuple[Account, ...]:
        """The judged accounts without websites, which are no 政务新媒体 (国办发〔2018〕123号)."""
        return tuple(account for account in self.judged if account.platform is not Platform.WEBSITE)

    @cached_property
    def bound(self) -> tuple[Account, ...]:
        """The accounts that are judged and certainly in scope."""
        return tuple(account for account in self.judged if account.scope is Scope.IN)

    @cached_property
    def pending(self) -> frozenset[str]:
        """The judged accounts of which nobody has said yet whether they are in scope."""
        return frozenset(account.id for account in self.judged if account.scope is Scope.PENDING)

    def bound_at(self, moment: datetime) -> Iterator[Account]:
        """Yield the accounts that were the area's, judged and certainly in scope just before a moment, as then."""
        yield from (account for account in self.bound if account.id not in self.earlier)
        for versions in self.earlier.values():
            then = [version.account for version in versions if version.since < moment]
            account = then[-1] if then else None
            if account and account.area == self.area and account.is_judged and account.scope is Scope.IN:
                yield account

    @cached_property
    def judged_by_unit(self) -> Mapping[str, tuple[Account, ...]]:
        """The judged accounts of each unit, those whose scope is pending included, in the same order."""
        judged = ((unit, _judged(of_one)) for unit, of_one in self.of_unit.items())
        return {unit: of_one for unit, of_one in judged if of_one}

    @cached_property
    def of_unit(self) -> Mapping[str, tuple[Account, ...]]:
        """All accounts of each unit, closed and out-of-scope ones included."""
        return _by_unit(self.accounts)

    @cached_property
    def lists(self) -> tuple[FiledList, ...]:
        """Every list, oldest first."""
        return (*self.former_lists, self.filed) if self.filed else self.former_lists

    @cached_property
    def moments(self) -> tuple[datetime, ...]:
        """Every moment at which the roster changed, the latest first, and EVER."""
        return tuple(sorted({EVER, *(version.since for of in self.earlier.values() for version in of)}, reverse=True))

    def changing(self, moment: datetime) -> Iterator[Account]:
        """Yield those of the accounts that ever changed that were the area's at a moment, as then."""
        for versions in self.earlier.values():
            then = next((version.account for version in reversed(versions) if version.since <= moment), None)
            if then is not None and then.area == self.area:
                yield then

    def versions_of(self, id_: str) -> tuple[Version, ...]:
        """Return what the roster said of an account through time, oldest first; the first holds since ever."""
        if id_ in self.earlier:
            return self.earlier[id_]
        return (Version(since=EVER, account=self.by_id[id_]),) if id_ in self.by_id else ()

    def area_before(self, id_: str, moment: datetime) -> str | None:
        """Return the area that an account of the register was in just before a moment; None: in none."""
        if id_ not in self.earlier:
            return self.area
        then = [version.account for version in self.earlier[id_] if version.since < moment]
        return then[-1].area if then and then[-1] else None

    def came_on(self, id_: str) -> date | None:
        """Return the day on which an account came from another area; None for one that did not."""
        last, came = None, None
        for version in self.versions_of(id_):
            area = version.account.area if version.account else None
            if area == self.area and last not in {None, area}:
                came = beijing_date(version.since)
            last = area or last
        return came

    @cached_property
    def arrived(self) -> frozenset[str]:
        """The accounts that are here and were in another area."""
        return frozenset(id_ for id_ in self.earlier if id_ in self.by_id and self.came_on(id_) is not None)

    @cached_property
    def departed(self) -> frozenset[str]:
        """The accounts that were here and are in another area."""
        last = ((id_, versions[-1].account) for id_, versions in self.earlier.items())
        return frozenset(id_ for id_, account in last if account is not None and account.area != self.area)

    def ever_of_unit(self, unit: str) -> frozenset[str]:
        """Return the accounts that a unit of the area has or had."""
        return frozenset((*(account.id for account in self.of_unit.get(unit, ())), *self._changed_in.get(unit, ())))

    @cached_property
    def _changed_in(self) -> Mapping[str, Collection[str]]:
        """The accounts that ever changed, by the units of the area that they were in."""
        units: defaultdict[str, set[str]] = defaultdict(set)
        for id_, versions in self.earlier.items():
            for version in versions:
                if version.account is not None and version.account.area == self.area:
                    units[version.account.unit].add(id_)
        return units

    @cached_property
    def by_id(self) -> Mapping[str, Account]:
        """Every account by its id."""
        return {account.id: account for account in self.accounts}

    @cached_property
    def series(self) -> Mapping[str, tuple[Round, ...]]:
        """The rounds of each series, by number."""
        return by_series(self.rounds)

    @cached_property
    def _by_name(self) -> dict[RecordKind, Mapping[str, tuple[Record, ...]]]:
        """The records of the kinds that were asked about by name: of most it is enough how many there are."""
        return {}

    @cached_property
    def _kinds(self) -> Mapping[RecordKind, tuple[Record, ...]]:
        found: defaultdict[RecordKind, list[Record]] = defaultdict(list)
        for record in self.records:
            found[record.kind].append(record)
        return {kind: tuple(records) for kind, records in found.items()}

    @cached_property
    def _decisions(self) -> Mapping[Subject, tuple[Decision, ...]]:
        found: defaultdict[Subject, list[Decision]] = defaultdict(list)
        for decision in self.decisions:
            found[decision.subject].append(decision)
        return {subject: in_force(decisions) for subject, decisions in found.items()}

    def kept(self, kind: RecordKind) -> tuple[Record, ...]:
        """Return every record of a kind in the area, oldest first."""
        return self._kinds.get(kind, ())

    def own(self, kind: RecordKind) -> tuple[Record, ...]:
        """Return the records of a kind about the area itself, and not about one of its units or accounts."""
        return tuple(record for record in self.kept(kind) if record.subject is SubjectKind.AREA)

    def records_of(self, kind: RecordKind, name: str) -> tuple[Record, ...]:
        """Return the records of a kind about one account, unit or area, oldest first; （） are ()."""
        if kind not in self._by_name:
            named = defaultdict[str, list[Record]](list)
            for record in self.kept(kind):
                named[normal(record.name)].append(record)
            self._by_name[kind] = {text: tuple(records) for text, records in named.items()}
        return self._by_name[kind].get(normal(name), ()) if self._by_name[kind] else ()

    def opened_again(self, account: str) -> datetime | None:
        """Return since when an account that had been closed goes on again (see `opened_again`)."""
        return opened_again(self.earlier[account]) if account in self.earlier else None

    def records_of_this_life(self, kind: RecordKind, account: str) -> tuple[Record, ...]:
        """Return the records of a kind about an account, oldest first; of one opened again, those since then."""
        records, again = self.records_of(kind, account), self.opened_again(account)
        return records if again is None else tuple(record for record in records if record.on >= beijing_date(again))

    def decisions_of(self, account: str) -> tuple[Decision, ...]:
        """Return what people decided about an account and nobody has revoked, oldest first."""
        return self._decisions.get(Subject.of_account(account), ())

    def decisions_on(self, subject: Subject) -> tuple[Decision, ...]:
        """Return the same of any subject."""
        return self._decisions.get(subject, ())

    def standing_decisions_of(self, account: str) -> tuple[Decision, ...]:
        """Return the same without those to end it that had been carried out when it was opened again."""
        return of_this_life(self.decisions_of(account), self.opened_again(account))

    def standing_decisions_on(self, subject: Subject) -> tuple[Decision, ...]:
        """Return the same of any subject."""
        return self.standing_decisions_of(subject.account) if subject.account else self.decisions_on(subject)


def _judged(accounts: tuple[Account, ...]) -> tuple[Account, ...]:
    """Return those of these accounts that are judged; where all are, the same tuple: there are many units."""
    judged = tuple(account for account in accounts if account.is_judged)
    return accounts if len(judged) == len(accounts) else judged


def _by_unit(accounts: Iterable[Account]) -> Mapping[str, tuple[Account, ...]]:
    units: defaultdict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        units[account.unit].append(account)
    return {unit: tuple(of_one) for unit, of_one in units.items()}
